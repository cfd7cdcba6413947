"""Types, constants and errors that every other package may import."""
