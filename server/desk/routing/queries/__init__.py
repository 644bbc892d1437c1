"""Rules in force, groups as the desk knows them, and who of them is there."""

from server.desk.routing.queries.standing import (
    all_rules,
    desk_groups,
    handovers_of,
    lock_desk_group,
    rules_in_force,
    waiting_handover,
)
from server.desk.routing.queries.team import (
    Member,
    all_skills,
    levels_of,
    members_of_group,
    rotas_of,
    shift_rota,
    shifts_of,
    skill_names,
    turns_of,
)

__all__ = [
    "Member",
    "all_rules",
    "all_skills",
    "desk_groups",
    "handovers_of",
    "levels_of",
    "lock_desk_group",
    "members_of_group",
    "rotas_of",
    "rules_in_force",
    "shift_rota",
    "shifts_of",
    "skill_names",
    "turns_of",
    "waiting_handover",
]
