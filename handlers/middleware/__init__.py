"""ASGI middleware: faults, CORS, rate limit, fast path, checks of requests, access to the control API."""
