"""The engine makes pixels. It knows nothing of Discord."""
