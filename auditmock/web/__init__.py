"""The HTML pages: API documentation, drift and the dashboard."""
