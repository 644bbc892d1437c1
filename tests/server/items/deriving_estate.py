"""An estate as agents and walks see it, for tests of derivation."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from agent import report as reports
from cmdb.inventory.door import Inventory
from cmdb.observation import ItemReference, Observation, Origin, Section, SeenRelation
from cmdb.records.relations import RedundancyGroup, Relation
from cmdb.vocabulary import (
    AGENT,
    DERIVED,
    SERVER,
    SNMP,
    ClassCode,
    RelationTypeCode,
    SourceCode,
)
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.settings import Settings
from server.items.deriving.jobs import run_derivation
from server.items.enrolment import EnrolmentRequest, TokenDraft, agent_with_key, create_token, enrol
from server.items.intake import take_report
from server.items.reports import read_report
from tests.agent.recordings import recorded
from tests.support.people import World

TELLING = SourceCode("import:cmdb")


class Estate:
    """Machines that report and devices that are walked, into one organisation."""

    def __init__(self, database: Database, world: World, home: Path) -> None:
        self.database = database
        self.organisation_id = world.operations.id
        self.world = world
        self._home = home
        self._sequence = 0

    def machine(self, name: str, class_code: str = SERVER, **what: Any) -> int:
        """Record a machine as its agent sees it; sections and values by keyword."""
        at = what.pop("at", None) or utc_now()
        self._sequence += 1
        names = ("interfaces", "listeners", "connections", "neighbours", "guests")
        sections = tuple(
            Section(section, f"{self._sequence}", what.pop(section))
            for section in names
            if section in what
        )
        seen = Observation(
            Origin(SourceCode(what.pop("source", AGENT)), f"key of {name}"),
            ClassCode(class_code),
            self.organisation_id,
            at,
            identifiers=what.pop("identifiers", ()),
            values={"name": name, **what},
            sections=sections,
        )
        with self.database.writing() as session:
            found = Inventory(session, at).record(seen)
            assert found.item_id is not None, found
            assert not found.problems, found.problems
            return found.item_id

    def device(self, name: str, class_code: str, **what: Any) -> int:
        """Record a device as a walk sees it."""
        return self.machine(name, class_code, source=SNMP, **what)

    def told(self, verb: str, start: int, end: int, **more: Any) -> None:
        """Relate two items as an import would."""
        seen = SeenRelation(
            RelationTypeCode(verb), ItemReference(item_id=start), ItemReference(item_id=end), **more
        )
        with self.database.writing() as session:
            (related,) = Inventory(session, utc_now()).relate([seen], TELLING, self.organisation_id)
            assert related.relation_id is not None, related.problems

    def report(self, agent_id: str, document: dict[str, Any]) -> int:
        """Take an agent's report as the server takes it, reactions and all."""
        plain = json.dumps(document).encode()
        with self.database.writing() as session:
            draft = TokenDraft("agents", self.organisation_id)
            admin = self.world.admin
            wish = EnrolmentRequest(create_token(session, admin, draft, utc_now()), agent_id, "")
            agent = agent_with_key(session, enrol(session, wish, utc_now()))
            taken = take_report(session, agent, read_report(plain), utc_now())
            assert taken.recorded is not None
            assert agent.item_id is not None
            item_id: int = agent.item_id
        return item_id

    def derive(self, rule: str = "") -> dict[str, Any]:
        """Carry out the rules over everything, as the hourly job does."""
        payload = {"rule": rule} if rule else {}
        context = JobContext(self.database, Settings(home=self._home), payload)
        return dict(run_derivation(context) or {})

    def relations(self, *types: str) -> list[tuple[str, int, int]]:
        """Return (type, start, end) of the derived relations that hold."""
        query = select(Relation.type_code, Relation.start_id, Relation.end_id).where(
            Relation.source == DERIVED, Relation.valid_to.is_(None)
        )
        with self.database.reading() as session:
            found = [(code, start, end) for code, start, end in session.execute(query)]
        return sorted(row for row in found if not types or row[0] in types)

    def groups(self) -> list[tuple[int, str, str, float]]:
        """Return (dependant, name, rule, threshold) of the redundancy groups that hold."""
        with self.database.reading() as session:
            rows = session.scalars(
                select(RedundancyGroup).where(RedundancyGroup.valid_to.is_(None))
            )
            return sorted((r.dependant_id, r.name, r.rule, r.threshold) for r in rows)

    def age(self, days: float) -> None:
        """Make every derived relation look as if it had been seen last so long ago."""
        with self.database.writing() as session:
            for row in session.scalars(select(Relation).where(Relation.source == DERIVED)):
                row.last_seen_at = _earlier(row.last_seen_at, days)


def _earlier(moment: datetime, days: float) -> datetime:
    return moment - timedelta(days=days)


def recorded_report(name: str, place: Path, agent_id: str, **sections: Any) -> dict[str, Any]:
    """Return what the agent reports of a recorded machine, some of its sections replaced."""
    machine = recorded(name, place / name)
    found, problems = reports.collect(machine)
    head = reports.heading(machine, agent_id, 1)
    document: dict[str, Any] = json.loads(
        reports.encoded(reports.build(head, {**found, **sections}, problems, {}))
    )
    return document


def card(mac: str, *addresses: str, name: str = "eth0") -> dict[str, Any]:
    """Return a network card as an agent reports it."""
    given = [{"address": address, "prefix_length": 24} for address in addresses]
    return {"name": name, "mac": mac, "up": True, "addresses": given}


def call(address: str, port: int, process: str = "app") -> dict[str, Any]:
    """Return a conversation as an agent reports it."""
    return {
        "process": process,
        "protocol": "tcp",
        "remote_address": address,
        "remote_port": port,
    }


def listener(port: int, process: str) -> dict[str, Any]:
    """Return a listening port as an agent reports it."""
    return {"protocol": "tcp", "address": "0.0.0.0", "port": port, "process": process, "user": ""}  # noqa: S104 - what it says


def neighbour(local_port: str, name: str, chassis: str = "", port: str = "") -> dict[str, Any]:
    """Return a row of a device's LLDP table as discovery reads it."""
    return {
        "local_port": local_port,
        "protocol": "lldp",
        "remote_name": name,
        "remote_chassis": chassis,
        "remote_chassis_kind": "mac",
        "remote_port": port,
        "remote_addresses": [],
    }


def pairs(rows: Sequence[tuple[str, int, int]]) -> set[tuple[int, int]]:
    """Return (start, end) of relations."""
    return {(start, end) for _, start, end in rows}
