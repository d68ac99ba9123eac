"""The only folder that speaks discord.py."""
