"""Writing: posts, their revisions and their pictures."""
