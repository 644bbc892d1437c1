"""A board counts heads: who answers for several of its members fills one seat and no more."""

from datetime import timedelta

import pytest

from cmdb.errors import Conflict
from server.desk.changes.actions.escalating import escalate_overdue
from server.foundation.database import Database
from tests.server.desk.changes.planned import asked
from tests.server.desk.changes.test_approving import board_of, say
from tests.server.desk.estate import NOW, Estate


def test_one_who_answers_for_those_who_are_late_uses_up_no_other_seat(
    database: Database, estate: Estate
) -> None:
    world = estate.world
    board_of(database, estate, 3, quorum="at_least", number=2, hours=4)
    reference = asked(database, estate, estate.laptop)
    with database.writing() as session:
        escalate_overdue(session, NOW + timedelta(hours=4))
    assert say(database, world.change_manager, reference) == "approval"
    with pytest.raises(Conflict, match="each head counts once"):
        say(database, world.change_manager, reference)
    assert say(database, world.admin, reference) == "scheduled"
