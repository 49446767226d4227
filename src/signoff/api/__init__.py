"""The REST door, /api/v1: thin routes over the use cases, described by OpenAPI."""
