"""`make run`: the processes of a whole Easel, kept alive and ended together."""
