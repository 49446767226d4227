"""What posts are begun with and texts are put together from: templates and snippets."""
