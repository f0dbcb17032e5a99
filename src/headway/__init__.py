"""Headway: the open-source control room of an Agile Release Train."""

__version__ = "0.1.0"
