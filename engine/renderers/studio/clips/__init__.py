"""Clips: a still picture with depth, a camera that moves through it, and weather, water and fire that move in it."""
