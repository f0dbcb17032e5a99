"""Who waits for whom: schedule health of a dependency, and the picture all of them make together."""
