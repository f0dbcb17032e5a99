"""Parts of a plan made anew, exactly, by CP-SAT of OR-tools; all the rest stays where it is."""
