"""Publishing exactly once: the protocol, phase by phase."""
