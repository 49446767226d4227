"""What is on record: posts, what was decided about them, and what became of their deliveries."""
