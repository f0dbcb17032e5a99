"""Drafting a plan, and what the teams make of it."""
