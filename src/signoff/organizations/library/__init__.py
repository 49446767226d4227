"""Keeping templates and snippets: of a brand by whoever writes for it, for every brand by who manages brands.

Both are copied where they are used, so nothing here ever changes a post.
"""
