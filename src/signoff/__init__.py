"""Signoff: plan posts for web sites and social networks, have them approved, see them published."""

__version__ = "0.1.0"
