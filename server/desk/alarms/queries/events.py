"""Trouble that events tell of: announcements, ports, disks, and devices that sweeps miss."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from sqlalchemy import Text, and_, cast, or_, select
from sqlalchemy.orm import Session

from cmdb.records.facts import FactSection, Interface
from cmdb.records.history import HistoryEntry
from cmdb.records.sources import ItemSource
from cmdb.vocabulary import SNMP
from discovery.targets.ranges import BadRange, Targets, parse_targets
from server.desk.alarms.rules.spells import News, announced, missed, paired
from server.desk.alarms.rules.values import AlarmRule, Spell
from server.scanning.models import ScanOutcome, ScanRange, ScanRun

#: Rows of history that are read at most, the latest ones: a rule is no report.
_MOST_ROWS = 50_000
#: Sweeps of one range that are looked at, the latest ones.
_MOST_SWEEPS = 60
#: Disks that hold data of their own and stay where they are.
_FIXED_DISKS = frozenset({"hdd", "ssd", "nvme", "md"})
_DISKS = "disks"
#: What a disk's health says.
_FAILING = "failing"

#: (item, part): what is watched because it was wrong when last looked at.
Parts = Collection[tuple[int, str]]


def announcements(session: Session, rule: AlarmRule, since: datetime, now: datetime) -> list[Spell]:
    """Return spells of what devices announced."""
    query = _history(since, "event").with_only_columns(
        HistoryEntry.item_id, HistoryEntry.subject, HistoryEntry.at
    )
    news = sorted((row.at, row.item_id, row.subject) for row in session.execute(query))
    told = ((item_id, subject, at) for at, item_id, subject in news)
    return announced(told, rule.quiet_hours, now)


def ports(session: Session, since: datetime, now: datetime) -> list[Spell]:
    """Return spells in which ports that had been up were down."""
    return paired(_news(session, since, ("interfaces",), _port_news), now)


def disks(session: Session, since: datetime, now: datetime) -> list[Spell]:
    """Return spells in which a disk was gone or failed, or a file system had become read-only."""
    told = paired(_news(session, since, (_DISKS, "filesystems"), _disk_news), now)
    known = {(one.item_id, one.subject) for one in told if one.ends_at is None}
    failing = _failing(session, since, now)
    return told + [one for one in failing if (one.item_id, one.subject) not in known]


def _failing(session: Session, since: datetime, now: datetime) -> list[Spell]:
    """Return spells of disks that say that they fail, of lists that were first told of since.

    A disk that failed when its machine was first seen made no difference that would tell of it.
    """
    first = or_(
        HistoryEntry.kind == "created",
        and_(HistoryEntry.kind == "section", HistoryEntry.subject == _DISKS),
    )
    told_of = select(HistoryEntry.item_id).where(HistoryEntry.at >= since, first)
    query = select(FactSection.item_id, FactSection.rows, FactSection.updated_at).where(
        FactSection.item_id.in_(told_of),
        FactSection.name == _DISKS,
        cast(FactSection.rows, Text).contains(f'"{_FAILING}"', autoescape=True),
    )
    return [
        Spell(item_id, str(row["name"]), at, None, (now - at).total_seconds() / 60, (at,))
        for item_id, rows, at in session.execute(query.order_by(FactSection.item_id))
        for row in rows
        if row.get("health") == _FAILING and row.get("name")
    ]


def _history(since: datetime, kind: str) -> Any:
    query = select(HistoryEntry).where(HistoryEntry.at >= since, HistoryEntry.kind == kind)
    return query.order_by(HistoryEntry.id.desc()).limit(_MOST_ROWS)


def _news(session: Session, since: datetime, subjects: tuple[str, ...], read: Any) -> list[News]:
    query = _history(since, "section").where(HistoryEntry.subject.in_(subjects))
    columns = (HistoryEntry.item_id, HistoryEntry.subject, HistoryEntry.detail, HistoryEntry.at)
    rows = reversed(session.execute(query.with_only_columns(*columns)).all())
    found = []
    for row in rows:
        bad = read(row.subject, row.detail)
        if bad is not None:
            found.append((row.item_id, str(row.detail["member"]), row.at, bad))
    return sorted(found, key=lambda one: one[2])


def _port_news(_subject: str, detail: Mapping[str, Any]) -> bool | None:
    """Say whether a difference is bad news of a port, good news, or neither."""
    if "member" not in detail:
        return None
    if detail.get("flapping"):
        return True
    before, after = _row(detail, "old").get("up"), _row(detail, "new").get("up")
    if after is True:
        return False
    return True if before is True and after is False else None


def _disk_news(subject: str, detail: Mapping[str, Any]) -> bool | None:
    if "member" not in detail:
        return None
    before, after = _row(detail, "old"), _row(detail, "new")
    if subject == "filesystems":
        turned = before.get("read_only") is False and after.get("read_only") is True
        return turned or (None if after.get("read_only") else False)
    if after:
        return after.get("health") == _FAILING
    fixed = before.get("kind") in _FIXED_DISKS and before.get("bus") != "usb"
    return True if fixed else None


def _row(detail: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = detail.get(name)
    return found if isinstance(found, Mapping) else {}


def ports_down(session: Session, parts: Parts) -> set[tuple[int, str]]:
    """Return those of the ports that no source sees up now."""
    ids = sorted({item_id for item_id, _ in parts})
    query = select(Interface.item_id, Interface.name, Interface.up)
    rows = session.execute(query.where(Interface.item_id.in_(ids))).all()
    known = {(item_id, name) for item_id, name, _ in rows}
    return (set(parts) & known) - {(item_id, name) for item_id, name, up in rows if up}


def disks_bad(session: Session, parts: Parts) -> set[tuple[int, str]]:
    """Return those of the parts that are gone, fail, or can only be read."""
    ids = sorted({item_id for item_id, _ in parts})
    names = (_DISKS, "filesystems")
    query = select(FactSection.item_id, FactSection.rows).where(
        FactSection.item_id.in_(ids), FactSection.name.in_(names)
    )
    good = set()
    for item_id, rows in session.execute(query):
        for row in rows:
            name = row.get("name") or row.get("mount")
            if name and row.get("read_only") is not True and row.get("health") != _FAILING:
                good.add((item_id, str(name)))
    return set(parts) - good


def unanswered(session: Session, since: datetime, most: int = _MOST_SWEEPS) -> list[Spell]:
    """Return spells in which sweeps of a range did not find a device that they had found."""
    spells: list[Spell] = []
    for row in session.scalars(select(ScanRange).order_by(ScanRange.id)):
        spells += _of_range(session, row, since, most)
    # What another range, a visit or an announcement has seen since is there.
    heard = _heard_of(session, {one.item_id for one in spells if one.ends_at is None})
    return [one for one in spells if one.ends_at is not None or not _since(heard, one)]


def _since(heard: Mapping[int, datetime], spell: Spell) -> bool:
    at = heard.get(spell.item_id)
    return at is not None and at > spell.moments[-1]


def _of_range(session: Session, row: ScanRange, since: datetime, most: int) -> Iterator[Spell]:
    runs = (
        select(ScanRun.id, ScanRun.finished_at)
        .where(
            ScanRun.range_id == row.id, ScanRun.state == "done", ScanRun.finished_at.is_not(None)
        )
        .order_by(ScanRun.id.desc())
        .limit(most)
    )
    ended = reversed(session.execute(runs).all())
    sweeps = [(one[0], one[1]) for one in ended if one[1] is not None and one[1] >= since]
    if len(sweeps) < 2:
        return
    query = select(ScanOutcome.item_id, ScanOutcome.run_id, ScanOutcome.address).where(
        ScanOutcome.run_id.in_([one[0] for one in sweeps])
    )
    rows = [(one[0], one[1], one[2]) for one in session.execute(query)]
    yield from missed(sweeps, _found_in(rows, _targets(row.addresses)), row.name)


def _found_in(
    rows: Sequence[tuple[int | None, int, str]], meant: Targets
) -> dict[int, frozenset[int]]:
    """Return item to the sweeps that found it; whose address answered strangely answered too."""
    at = {address: item_id for item_id, _, address in rows if item_id is not None}
    found: dict[int, set[int]] = {}
    asked: set[int] = set()
    for item_id, run_id, address in rows:
        known = item_id if item_id is not None else at.get(address)
        if known is not None:
            found.setdefault(known, set()).add(run_id)
            if known not in asked and _lies_in(meant, address):
                asked.add(known)
    return {item_id: frozenset(runs) for item_id, runs in found.items() if item_id in asked}


def _targets(addresses: str) -> Targets:
    try:
        return parse_targets(addresses.splitlines())
    except BadRange:
        return Targets(())


def _lies_in(targets: Targets, address: str) -> bool:
    """Say whether a range still asks an address: one taken out of it is not missed."""
    try:
        one = ip_address(address)
    except ValueError:
        return False
    return any(
        int(each.first) <= int(one) <= int(each.last)
        for each in targets.ranges
        if each.first.version == one.version
    )


def _heard_of(session: Session, item_ids: Collection[int]) -> dict[int, datetime]:
    query = select(ItemSource.item_id, ItemSource.last_seen_at).where(
        ItemSource.item_id.in_(sorted(item_ids)), ItemSource.source == SNMP
    )
    found: dict[int, datetime] = {}
    for item_id, at in session.execute(query):
        found[item_id] = max(at, found.get(item_id, at))
    return found
