"""Reports of a run: one module a format, each writes a whole file's text."""
