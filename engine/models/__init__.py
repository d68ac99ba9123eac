"""What models there are, which can run here, and which stay in memory."""
