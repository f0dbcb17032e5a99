"""What the field has agreed on: capacity, the usual ranges and the order of the backlog."""
