"""Pictures: reading them safely, judging, fitting, writing and keeping them."""
