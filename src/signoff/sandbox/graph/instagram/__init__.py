"""Instagram: containers, publishing, media."""
