"""What the pages ask of the network, and the engine's answers in terms of the train's work. Pure."""
