"""The contract: `openapi.yaml`, the releases laid over it, and how they differ."""
