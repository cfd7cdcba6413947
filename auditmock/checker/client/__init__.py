"""The HTTP client: paced, within a budget, every exchange recorded."""
