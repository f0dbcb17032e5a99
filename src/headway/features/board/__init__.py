"""The program board: teams by iterations, cards, and the strings between them."""
