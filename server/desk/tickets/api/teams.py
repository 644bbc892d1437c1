"""REST over skills, shifts, and who of a group is there."""

from typing import Any

from flask.views import MethodView

from server.desk.routing.actions import shifts, skills
from server.desk.routing.models import Shift
from server.desk.routing.queries import all_skills, levels_of, shifts_of, turns_of
from server.desk.tickets.api.blueprint import tickets
from server.desk.tickets.queries.team import team_of
from server.desk.tickets.schemas.teams import (
    ShiftDraftSchema,
    ShiftSchema,
    SkillDraftSchema,
    SkillLevelsSchema,
    SkillSchema,
    TeammateSchema,
    shift_draft,
    shift_row,
    teammate_row,
)
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.people.queries.groups import group as find_group
from server.people.queries.people import person as find_person


@tickets.route("/desk-skills")
class Skills(MethodView):
    """What people are able to do."""

    @tickets.response(200, SkillSchema(many=True))
    def get(self) -> Any:
        """List the skills there are, by name."""
        current_actor().require(Permission.TICKET_WORK)
        return all_skills(current_session())

    @tickets.arguments(SkillSchema)
    @tickets.response(201, SkillSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Add a skill."""
        session, actor, now = current_session(), current_actor(), current_time()
        return skills.add_skill(session, actor, body["code"], body["name"], now)


@tickets.route("/desk-skills/<string:skill_code>")
class OneSkill(MethodView):
    """One skill."""

    @tickets.arguments(SkillDraftSchema)
    @tickets.response(200, SkillSchema)
    def put(self, body: dict[str, Any], skill_code: str) -> Any:
        """Name a skill anew."""
        session, actor = current_session(), current_actor()
        return skills.rename_skill(session, actor, skill_code, body["name"], current_time())

    @tickets.response(204)
    def delete(self, skill_code: str) -> None:
        """Forget a skill, also of who has it; refused while a group or a rule wants it."""
        skills.remove_skill(current_session(), current_actor(), skill_code)


@tickets.route("/people/<int:person_id>/skills")
class SkillsOfPerson(MethodView):
    """What somebody is able to do."""

    @tickets.response(200, SkillLevelsSchema)
    def get(self, person_id: int) -> Any:
        """Return somebody's skills, by code."""
        session, actor = current_session(), current_actor()
        actor.require(Permission.TICKET_WORK)
        find_person(session, actor, person_id)
        return {"levels": levels_of(session, [person_id]).get(person_id, {})}

    @tickets.arguments(SkillLevelsSchema)
    @tickets.response(200, SkillLevelsSchema)
    def put(self, body: dict[str, Any], person_id: int) -> Any:
        """Say what somebody is able to do, all of it."""
        session, actor = current_session(), current_actor()
        return {"levels": skills.put_levels(session, actor, person_id, body["levels"])}


@tickets.route("/desk-groups/<int:group_id>/team")
class Team(MethodView):
    """Who of a group is there."""

    @tickets.response(200, TeammateSchema(many=True))
    def get(self, group_id: int) -> Any:
        """List the people of a group, how they stand now, and whose turn it is."""
        session, actor = current_session(), current_actor()
        return [teammate_row(one) for one in team_of(session, actor, group_id, current_time())]


@tickets.route("/desk-groups/<int:group_id>/shifts")
class Shifts(MethodView):
    """Who of a group works when."""

    @tickets.response(200, ShiftSchema(many=True))
    def get(self, group_id: int) -> Any:
        """List the shifts of a group."""
        session, actor = current_session(), current_actor()
        actor.require(Permission.TICKET_WORK)
        find_group(session, actor, group_id)
        rows = shifts_of(session, group_id)
        turns = turns_of(session, [one.id for one in rows])
        return [shift_row(one, turns[one.id]) for one in rows]

    @tickets.arguments(ShiftDraftSchema)
    @tickets.response(201, ShiftSchema)
    def post(self, body: dict[str, Any], group_id: int) -> Any:
        """Add a shift."""
        session, actor = current_session(), current_actor()
        draft = shift_draft(body)
        return _shown(shifts.add_shift(session, actor, group_id, draft, current_time()))


@tickets.route("/desk-shifts/<int:shift_id>")
class OneShift(MethodView):
    """One shift."""

    @tickets.arguments(ShiftDraftSchema)
    @tickets.response(200, ShiftSchema)
    def put(self, body: dict[str, Any], shift_id: int) -> Any:
        """Write a shift anew."""
        session, actor = current_session(), current_actor()
        draft = shift_draft(body)
        return _shown(shifts.change_shift(session, actor, shift_id, draft, current_time()))

    @tickets.response(204)
    def delete(self, shift_id: int) -> None:
        """Forget a shift."""
        shifts.remove_shift(current_session(), current_actor(), shift_id)


def _shown(row: Shift) -> dict[str, Any]:
    return shift_row(row, turns_of(current_session(), [row.id])[row.id])
