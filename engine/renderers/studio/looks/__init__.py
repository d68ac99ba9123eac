"""The studio's still looks, one file each; a card names its class. They share parts, and never each other."""
