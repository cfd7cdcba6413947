"""The search language of `q`."""
