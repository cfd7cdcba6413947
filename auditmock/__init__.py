"""A mock server for Coder's audit API, and a contract suite for real deployments."""

from auditmock.version import VERSION

__version__ = VERSION

__all__ = ["__version__"]
