"""The request log, the access log, and redaction."""
