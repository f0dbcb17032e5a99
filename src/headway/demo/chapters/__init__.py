"""The chapters of the sample train's story; each enters what happens in it."""

from headway.demo.chapters.backlog import write_backlog
from headway.demo.chapters.execution import execute_present
from headway.demo.chapters.founding import found, gather
from headway.demo.chapters.past import tell_past
from headway.demo.chapters.planning import plan_present, room_of

__all__ = ["execute_present", "found", "gather", "plan_present", "room_of", "tell_past", "write_backlog"]
