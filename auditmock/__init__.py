"""A stand-in for Coder's audit API, and the judge of the real one."""

from auditmock.version import VERSION

__version__ = VERSION

__all__ = ["__version__"]
