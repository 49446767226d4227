"""How it goes as a whole: the board, figures, health, what was done lately."""
