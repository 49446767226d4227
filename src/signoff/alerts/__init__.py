"""Brings to people what they must know: by mail where a server is configured, else on the page alone."""
