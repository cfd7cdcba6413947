"""The mock server: the ASGI app and the process that runs it."""
