"""Organizations, their brands, channels and people; signing in and tokens."""
