"""Explanations of requests and searches for the control API."""
