"""The bot talks to people. It makes no pixels."""
