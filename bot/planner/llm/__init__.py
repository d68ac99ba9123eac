"""The planner that asks a language model, and does not trust it."""
