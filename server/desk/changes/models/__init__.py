"""The tables of changes."""

from server.desk.changes.models.approving import (
    AgendaPoint,
    ApprovalDeputy,
    ApprovalLink,
    ApprovalRule,
    BoardMeeting,
)
from server.desk.changes.models.calendar import CalendarFeed, CalendarWindow, Release
from server.desk.changes.models.change import (
    Change,
    ChangeApproval,
    ChangeEntry,
    ChangeItem,
    ChangeService,
)
from server.desk.changes.models.checking import (
    ChangeFinding,
    ChangeIncident,
    ChangeWatch,
    UnauthorizedChange,
)
from server.desk.changes.models.planning import (
    ChangeRound,
    ChangeTask,
    ChangeTemplate,
    PlannedDifference,
)

__all__ = [
    "AgendaPoint",
    "ApprovalDeputy",
    "ApprovalLink",
    "ApprovalRule",
    "BoardMeeting",
    "CalendarFeed",
    "CalendarWindow",
    "Change",
    "ChangeApproval",
    "ChangeEntry",
    "ChangeFinding",
    "ChangeIncident",
    "ChangeItem",
    "ChangeRound",
    "ChangeService",
    "ChangeTask",
    "ChangeTemplate",
    "ChangeWatch",
    "PlannedDifference",
    "Release",
    "UnauthorizedChange",
]
