"""Who waits for whom when several bring in machines that nobody has seen before (PostgreSQL)."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from cmdb.inventory.newcomers import keep_others_out, marks_of
from cmdb.observation import Identifier, Observation, Origin
from cmdb.vocabulary import AGENT, ClassCode, IdentifierKind, SourceCode
from tests.cmdb.engine.machines import Machine, rack_server
from tests.support.postgres import PostgresCluster


@pytest.fixture
def engine(postgres_cluster: PostgresCluster) -> Iterator[sa.Engine]:
    url = postgres_cluster.new_database()
    engine = sa.create_engine(url, connect_args={"options": "-c lock_timeout=100ms"})
    yield engine
    engine.dispose()
    postgres_cluster.drop_database(url)


def _marks(machine: Machine, key: str = "") -> set[int]:
    origin = Origin(SourceCode(AGENT), key)
    seen = Observation(
        origin, ClassCode("server"), 1, datetime.now(UTC), identifiers=machine.evidence()
    )
    return marks_of([seen], seen.identifiers)


def _waits(engine: sa.Engine, holds: set[int], wants: set[int]) -> bool:
    """Say whether somebody waits for ``wants`` while another one holds ``holds``."""
    with Session(engine) as one, Session(engine) as other:
        keep_others_out(one, holds)
        try:
            keep_others_out(other, wants)
        except OperationalError as error:
            return "lock timeout" in str(error)
    return False


def test_machines_with_nothing_in_common_do_not_wait(engine: sa.Engine) -> None:
    assert not _waits(engine, _marks(rack_server(1), "one"), _marks(rack_server(2), "two"))


def test_one_machine_met_by_two_sources_waits(engine: sa.Engine) -> None:
    machine = rack_server(1)
    walked = Machine(macs=machine.macs)
    assert _waits(engine, _marks(machine, "one"), _marks(walked))
    assert _waits(engine, _marks(walked), _marks(machine, "one"))


def test_one_key_waits_whatever_the_evidence(engine: sa.Engine) -> None:
    assert _waits(engine, _marks(rack_server(1), "one"), _marks(rack_server(2), "one"))


def test_a_serial_number_waits_whether_its_maker_is_known_or_not(engine: sa.Engine) -> None:
    known, unknown, another = (
        marks_of([], [Identifier(IdentifierKind("serial"), value)])
        for value in ("A17-1|dell", "A17-1|", "A17-2|dell")
    )
    assert _waits(engine, known, unknown)
    assert not _waits(engine, known, another)


def test_who_brings_in_many_waits_for_everybody_and_everybody_for_them(engine: sa.Engine) -> None:
    many, few = set(range(1000)), {-1}
    assert _waits(engine, many, few)
    assert _waits(engine, few, many)
    assert _waits(engine, many, set())
