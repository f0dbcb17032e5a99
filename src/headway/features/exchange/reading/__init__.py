"""From the bytes of a file to a table of text cells; pure, bounded, no idea of what columns mean."""

from .limits import Limits
from .read import read_table
from .table import Problem, Row, Table

__all__ = ["Limits", "Problem", "Row", "Table", "read_table"]
