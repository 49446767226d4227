"""Instagram: pictures and carousels of professional accounts, through the Graph API."""

from signoff.connectors.instagram.connector import Instagram

__all__ = ["Instagram"]
