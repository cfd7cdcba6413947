"""Pages: documentation, drift and the dashboard."""
