"""Two people who answer at the same moment: one word counts, and what follows happens once."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from cmdb.errors import Conflict
from server.desk.catalogue.actions import publish_offering, write_offering
from server.desk.ordering.actions.deciding import decide_order
from server.desk.ordering.actions.placing import OrderDraft, place_order
from server.desk.ordering.models import OrderApproval, ServiceOrder
from server.desk.tickets.models import TicketTask
from server.foundation.database import Database
from server.foundation.permissions import Actor
from tests.server.desk.catalogue.test_rules import labels, offering
from tests.server.desk.estate import NOW, Estate


def test_of_two_answers_at_once_one_counts_and_tasks_begin_once(
    database: Database, estate: Estate
) -> None:
    world = estate.world
    both = [world.reader.person_id, world.agent.person_id]
    document = offering(
        approvals=[{"who": "persons", "person_ids": both, "needs": "any"}],
        tasks=[{"code": "do", "titles": labels("Do it")}],
    )
    with database.writing() as session:
        write_offering(session, world.admin, "chair", document, NOW)
        publish_offering(session, world.admin, "chair", NOW)
        ticket_id = place_order(session, world.requester, "chair", OrderDraft(), NOW).ticket_id

    def answer(actor: Actor) -> str:
        try:
            with database.writing() as session:
                decide_order(session, actor, ticket_id, "approved", "", NOW)
        except Conflict:
            return "refused"
        return "counted"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(answer, (world.reader, world.agent)))
    assert answers == ["counted", "refused"]
    with database.reading() as session:
        assert session.get_one(ServiceOrder, ticket_id).state == "fulfilment"
        said = session.scalars(select(OrderApproval.decision)).all()
        assert sorted(said) == ["approved", "void"]
        assert session.scalar(select(func.count()).select_from(TicketTask)) == 1
