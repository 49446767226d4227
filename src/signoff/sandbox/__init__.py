"""Local stand-ins for closed platforms: real HTTP, visible feeds, faults on demand. Never the real thing."""
