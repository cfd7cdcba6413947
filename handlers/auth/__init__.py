"""Session tokens, roles, and what a caller may see."""
