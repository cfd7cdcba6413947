"""Emulation of a Coder server: routing, parsing and errors like its Go code."""
