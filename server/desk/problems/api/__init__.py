"""REST over problems, their fault trees, known errors and major incidents."""

from server.desk.problems.api import fault_tree
from server.desk.problems.api import problems as _problems
from server.desk.problems.api.blueprint import problems

__all__ = ["_problems", "fault_tree", "problems"]
