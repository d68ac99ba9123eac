"""Words as data: read with `importlib.resources`; there is no code here."""
