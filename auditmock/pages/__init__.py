"""The pages that are served, as files."""
