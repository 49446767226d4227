"""Facebook Pages: posts, drafts, photos."""
