"""Taking down what should not be out."""
