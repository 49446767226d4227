"""Facebook Pages: text, links and photos, through the Graph API."""

from signoff.connectors.facebook.connector import Facebook

__all__ = ["Facebook"]
