"""Work comes in from other trackers, and the whole train goes out again."""
