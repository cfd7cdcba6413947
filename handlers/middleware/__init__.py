"""ASGI middleware: faults, CORS, rate limit, fast path, preconditions, access to the control API."""
