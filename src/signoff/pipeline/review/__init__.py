"""Deciding: submit, approve, request changes, skip, archive."""
