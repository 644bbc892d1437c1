"""What happened upstream makes a cause likelier: differences seen, and planned changes."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from server.desk.changes.queries.upstream import ChangeUpstream
from server.foundation.database import Database
from server.items.impacts.hints import Hint
from server.items.impacts.suspecting import SymptomQuestion, causes_of
from tests.server.items.rest import Callers
from tests.support.people import BEGINNING, World

NOON = BEGINNING
HOUR = timedelta(hours=1)


def change(item: int, age: timedelta, reference: str | None = "CHG-1") -> ChangeUpstream:
    return ChangeUpstream(item, NOON - age, reference, "New firmware" if reference else "")


@pytest.mark.parametrize(
    ("hint", "times"),
    [
        (Hint(), 1.0),
        (Hint(1, NOON), 10.0),
        (Hint(9, NOON - 48 * HOUR), 2.5),
        (Hint(1, NOON - 72 * HOUR), 2.0),
        (Hint(changes=(change(1, timedelta()),)), 20.0),
        (Hint(1, NOON - 24 * HOUR, (change(1, 24 * HOUR), change(1, HOUR * 0))), 20.0),
        (Hint(1, NOON, (change(1, 48 * HOUR),)), 10.0),
    ],
)
def test_the_newer_the_louder_and_a_plan_louder_than_a_difference(hint: Hint, times: float) -> None:
    assert hint.likelier(NOON) == times


def test_of_two_causes_alike_the_one_with_a_change_comes_first(
    callers: Callers, world: World, database: Database
) -> None:
    """quiet <- a, b and changed <- a, b: nothing but the change tells the two apart."""
    admin = callers.admin
    quiet, changed = (admin.create(name) for name in ("quiet", "changed"))
    symptoms = tuple(admin.create(name) for name in ("a", "b"))
    for symptom in symptoms:
        admin.relate("depends_on", symptom, quiet)
        admin.relate("depends_on", symptom, changed)

    def reader(session: Session, *_: object) -> list[ChangeUpstream]:
        return [change(changed, HOUR), change(changed, HOUR, None)]

    question = SymptomQuestion(symptoms, NOON - timedelta(days=30))
    with database.reading() as session:
        told = causes_of(session, world.admin, question, reader).causes
        alike = causes_of(session, world.admin, question).causes
    assert [one.item and one.item.name for one in told] == ["changed", "quiet"]
    assert [one.reference for one in told[0].changes] == ["CHG-1"]
    assert alike[0].score == alike[1].score
