"""The topology of everything that was visited, into the register: links, relations, networks.

Derived from the facts of all devices at once and from the addresses that agents report, in a child
process. What joins two items becomes the relation *connects to*; what is no longer seen fades.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import combinations
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.inventory.door import Inventory
from cmdb.inventory.lookup import parts
from cmdb.observation import ItemReference, SeenRelation
from cmdb.records.items import Item
from cmdb.records.relations import Relation
from cmdb.vocabulary import CONNECTS_TO, SNMP
from discovery.topology.renewing import macs_heard, renew_known
from discovery.topology.values import Link, Port, Segment, Topology
from server.foundation.clock import utc_now
from server.foundation.jobs.handler import JobContext
from server.foundation.jobs.pool import run_pure
from server.foundation.jobs.queue import enqueue
from server.items.deriving.changing import DERIVE
from server.scanning.linking import FADES_AFTER, store_halves, store_links
from server.scanning.remembering import keep, recall
from server.scanning.subnetting import store_subnets
from server.scanning.visited import read_cards, read_facts

#: The kind, as in ``server.wiring.JOBS``.
TOPOLOGY_JOB = "scanning.topology"
_SHARED = 0.6
#: Media with more bridges are told as a star.
_EACH_WITH_EACH = 5
#: How sure it is that a machine hangs on a port behind which others are too.
_HANGING = 0.5


def ask_topology(session: Session) -> int:
    """Ask for the topology to be derived anew; while one waits, no second one is asked for."""
    return enqueue(session, TOPOLOGY_JOB, key="topology")


def run_topology(context: JobContext) -> Mapping[str, Any]:
    """Derive the topology from all that is known now, and bring the register to it."""
    folder = context.settings.cache_folder
    known = recall(folder)
    with context.database.reading() as session:
        facts = read_facts(session)
        heard = run_pure(macs_heard, facts, known)
        context.go_on()
        cards = read_cards(session, heard, {int(one.key) for one in facts})
    derived = run_pure(renew_known, facts, cards, known)
    context.go_on()
    now = utc_now()
    with context.database.writing() as session:
        store(session, derived.topology, now)
        enqueue(session, DERIVE, {}, key="derive")  # who is whose uplink follows from it
    if derived.memory != known:
        keep(folder, derived.memory)
    return {
        "devices": derived.devices,
        "links": len(derived.topology.links),
        "half_links": len(derived.topology.half_links),
        "endpoints": derived.endpoints,
        "subnets": len(derived.topology.subnets),
    }


def store(session: Session, topology: Topology, now: datetime) -> None:
    """Bring links, half-links and relations to a topology; what it does not hold fades."""
    topology = replace(topology, links=(*topology.links, *_on_media(topology.segments)))
    store_links(session, topology.links, now)
    store_halves(session, topology.half_links, now)
    _relate(session, topology, now)
    store_subnets(session, topology.subnets, now)


def _on_media(segments: Iterable[Segment]) -> Iterator[Link]:
    """Yield the links between bridges that share a medium: each with each, or with the first.

    Nothing tells who of them is in the middle: something that does not show itself is.
    """
    for segment in segments:
        if len(segment.ports) < 3:
            continue  # two ports on a medium are a link already
        few = len(segment.ports) <= _EACH_WITH_EACH
        pairs = combinations(segment.ports, 2)
        for a, b in pairs if few else ((segment.ports[0], one) for one in segment.ports[1:]):
            evidence = ("fdb:a", "fdb:b")
            yield Link(a, b, evidence, _SHARED, vlans=segment.vlans, shared=True)


@dataclass(slots=True)
class _Joint:
    """Two items that are joined: all cables between them, and the best proof's confidence."""

    cables: list[dict[str, Any]] = field(default_factory=list)
    confidence: float = 0.0


def _relate(session: Session, topology: Topology, now: datetime) -> None:
    """Record who is joined with whom; one relation for each pair, with all its cables."""
    joints = _joints(topology)
    door = Inventory(session, now)
    organisations = _organisations(session, {item for pair in joints for item in pair})
    seen: dict[int, list[SeenRelation]] = defaultdict(list)
    for pair in sorted(joints):
        if organisations.keys() >= set(pair):
            seen[organisations[pair[0]]].append(_seen(pair, joints[pair]))
    for organisation_id in sorted(seen):
        door.relate(seen[organisation_id], SNMP, organisation_id)
    faded = select(Relation.id).where(
        Relation.source == SNMP,
        Relation.type_code == CONNECTS_TO,
        Relation.valid_to.is_(None),
        Relation.last_seen_at < now - FADES_AFTER,
    )
    ids = list(session.scalars(faded))
    if ids:
        door.unrelate(ids, SNMP)


def _joints(topology: Topology) -> dict[tuple[int, int], _Joint]:
    """Return the pairs with a cable between them, and machines with the port they hang on."""
    found: dict[tuple[int, int], _Joint] = {}
    for link in topology.links:
        pair = _pair(link.a.device, link.b.device)
        if link.layer == 2 and pair[0] != pair[1]:
            joint = found.setdefault(pair, _Joint())
            joint.cables.append(_told(link.a, link.b, link.evidence, link.vlans))
            joint.confidence = max(joint.confidence, link.confidence)
    cabled = set(found)
    for one in topology.endpoints:
        pair = _pair(one.port.device, one.device or one.port.device)
        if pair not in cabled and pair[0] != pair[1]:
            joint = found.setdefault(pair, _Joint(confidence=_HANGING))
            told = _told(one.port, Port(one.device), ("fdb",), one.vlans)
            if told not in joint.cables:
                joint.cables.append(told)
    return found


def _pair(one: str, other: str) -> tuple[int, int]:
    first, second = sorted((int(one), int(other)))
    return first, second


def _seen(pair: tuple[int, int], joint: _Joint) -> SeenRelation:
    start, end = (ItemReference(item_id=item_id) for item_id in pair)
    evidence = {"cables": joint.cables}
    return SeenRelation(CONNECTS_TO, start, end, confidence=joint.confidence, evidence=evidence)


def _told(a: Port, b: Port, evidence: Sequence[str], vlans: Sequence[int]) -> dict[str, Any]:
    first, second = (a, b) if int(a.device) < int(b.device) else (b, a)
    protocols = sorted({word.partition(":")[0] for word in evidence})
    ports = {"start_port": first.name, "end_port": second.name}
    return ports | {"protocols": protocols, "vlans": list(vlans)}


def _organisations(session: Session, item_ids: set[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for part in parts(sorted(item_ids)):
        query = select(Item.id, Item.organisation_id).where(Item.id.in_(part))
        found.update((row.id, row.organisation_id) for row in session.execute(query))
    return found
