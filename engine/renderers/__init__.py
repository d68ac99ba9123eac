"""What makes the pixels: one module a renderer, found by name through `registry`."""
