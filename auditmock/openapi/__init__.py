"""The contract `openapi.yaml`, the overlays of the releases, and their differences."""
