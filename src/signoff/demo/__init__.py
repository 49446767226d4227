"""The demonstration: a made-up agency with three brands, lived through by the real use cases, then served."""
