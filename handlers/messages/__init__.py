"""Requests and responses as bytes: reading, writing, hints."""
