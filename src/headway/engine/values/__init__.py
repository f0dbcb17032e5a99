"""What the engine is told: small frozen values, checked once, when they are made."""
