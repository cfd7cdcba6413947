"""Parts of requests and responses: headers, queries, bodies, hints."""
