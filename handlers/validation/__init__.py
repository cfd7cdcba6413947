"""Validation of parameters and bodies that reports every problem."""
