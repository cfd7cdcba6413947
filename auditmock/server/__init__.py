"""The server: the app, assembled from its middleware, and the process that runs it."""
