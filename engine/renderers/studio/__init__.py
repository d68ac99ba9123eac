"""The studio: looks made by classical image-making, with no weights. A look is one file and one card."""
