"""What the columns of a table mean: known exports by their headings, anything else by hand."""

from .fields import Field
from .known import FORMATS
from .mapping import Mapping
from .recognise import recognise

__all__ = ["FORMATS", "Field", "Mapping", "recognise"]
