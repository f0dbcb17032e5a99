"""Drafting a plan: what a person wishes, what the planner proposes, and what each team makes of its part."""
