"""The conversation: what is, what happened, what to do. Pure: no I/O, no Discord, no clock."""
