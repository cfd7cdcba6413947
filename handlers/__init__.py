"""Request handling: operations, authentication, validation, middleware and the control API."""
