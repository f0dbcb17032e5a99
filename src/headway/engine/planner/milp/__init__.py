"""The planner's question as linear programmes, for HiGHS in scipy: how good a plan can be at most."""
