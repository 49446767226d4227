"""What accounts may use on their platforms, and what they have used."""
