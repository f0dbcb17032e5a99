"""The backlog's pages."""
