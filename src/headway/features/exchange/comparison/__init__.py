"""What an import would do to a train: the file against what is there and what the last import said."""

from .compare import Preview, Step, Verdict, compare
from .state import State, Stored
from .wanted import Ref, Wanted, wanted_things

__all__ = ["Preview", "Ref", "State", "Step", "Stored", "Verdict", "Wanted", "compare", "wanted_things"]
