"""The shell and the components."""
