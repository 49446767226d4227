"""Posts: revisions, what is shown of them, what was sealed, what people say about them."""
