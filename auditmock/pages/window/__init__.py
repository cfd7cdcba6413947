"""The files of the window."""
