"""What a rule finds wrong: now, and on paper over the past."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.model import standing_model
from cmdb.records.among import among
from cmdb.records.items import Item
from cmdb.records.parties import OrganisationClosure
from cmdb.vocabulary import LifeStage
from server.desk.alarms.models import Alarm
from server.desk.alarms.queries import events, promises, states
from server.desk.alarms.rules.values import AlarmRule, Facts, Spell, fits

#: How far back events are read for trouble that is new; what is known to be wrong is looked at.
_FRESH = timedelta(days=2)
_SWEEPS_BACK = timedelta(days=30)
_STATES = {
    "silent_agent": states.silences,
    "certificate": states.certificates,
    "filesystem": states.filesystems,
    "service_level": promises.used_up,
}


def look(session: Session, rule: AlarmRule, now: datetime) -> list[Spell]:
    """Return the trouble that a rule is about and that is there now."""
    return _fitting(session, rule, [one for one in _now(session, rule, now) if not one.ends_at])


def look_back(session: Session, rule: AlarmRule, since: datetime, now: datetime) -> list[Spell]:
    """Return the trouble that a rule would have been about since then.

    Of what makes no history (silence, certificates, how full things are) only what is there now.
    """
    return _fitting(session, rule, _past(session, rule, since, now))


def _past(session: Session, rule: AlarmRule, since: datetime, now: datetime) -> list[Spell]:
    if rule.signal == "trap":
        return events.announcements(session, rule, since, now)
    if rule.signal == "port_down":
        return events.ports(session, since, now)
    if rule.signal == "disk":
        return events.disks(session, since, now)
    if rule.signal == "unreachable":
        return events.unanswered(session, since)
    return _STATES[rule.signal](session, rule, now)


def _now(session: Session, rule: AlarmRule, now: datetime) -> list[Spell]:
    if rule.signal == "unreachable":
        return events.unanswered(session, now - _SWEEPS_BACK, int(rule.threshold) + 5)
    if rule.signal in _STATES:
        return _STATES[rule.signal](session, rule, now)
    known = _known(session, rule)
    if rule.signal == "trap":
        since = min([now - _FRESH, *(max(at, now - _SWEEPS_BACK) for at in known.values())])
        return events.announcements(session, rule, since, now)
    fresh = [one for one in _past(session, rule, now - _FRESH, now) if not one.ends_at]
    told = {(one.item_id, one.subject) for one in fresh}
    # What went wrong longer ago is looked at as it stands: its end may not have been told.
    fresh += [
        Spell(item_id, part, at, None, (now - at).total_seconds() / 60)
        for (item_id, part), at in known.items()
        if (item_id, part) not in told
    ]
    parts = {(one.item_id, one.subject) for one in fresh}
    still = _STILL[rule.signal](session, parts) if parts else set()
    return [one for one in fresh if (one.item_id, one.subject) in still]


_STILL = {"port_down": events.ports_down, "disk": events.disks_bad}


def _known(session: Session, rule: AlarmRule) -> dict[tuple[int, str], datetime]:
    """Return the parts that the rule's alarms know to be wrong, and since when."""
    query = select(Alarm.item_id, Alarm.subjects, Alarm.first_at).where(
        Alarm.rule_code == rule.code, Alarm.on
    )
    return {
        (item_id, str(subject)): first_at
        for item_id, subjects, first_at in session.execute(query)
        for subject, _ in subjects
    }


def _fitting(session: Session, rule: AlarmRule, spells: Collection[Spell]) -> list[Spell]:
    facts = facts_of_items(session, {one.item_id for one in spells})
    return [
        one
        for one in spells
        if one.item_id in facts and fits(rule, facts[one.item_id], one.subject, one.measure)
    ]


def facts_of_items(session: Session, item_ids: Collection[int]) -> dict[int, Facts]:
    """Return what rules ask of items, of those in use: what is being worked on alarms nobody."""
    query = select(Item.id, Item.class_code, Item.organisation_id, Item.criticality).where(
        among(session, Item.id, sorted(item_ids)),
        Item.stage == LifeStage.IN_USE.value,
        Item.merged_into_id.is_(None),
    )
    rows = session.execute(query).all()
    above = _organisations_above(session, {row.organisation_id for row in rows})
    return {
        row.id: Facts(ancestry(row.class_code), above[row.organisation_id], row.criticality)
        for row in rows
    }


def ancestry(class_code: str) -> frozenset[str]:
    """Return a class with those above it; nothing for one that is not there."""
    model = standing_model()
    if model.find_class(class_code) is None:
        return frozenset()
    return frozenset({class_code, *map(str, model.ancestors(class_code))})


def _organisations_above(session: Session, ids: Collection[int]) -> Mapping[int, frozenset[int]]:
    query = select(OrganisationClosure.descendant_id, OrganisationClosure.ancestor_id).where(
        OrganisationClosure.descendant_id.in_(sorted(ids))
    )
    found: dict[int, set[int]] = {one: {one} for one in ids}
    for below, above in session.execute(query):
        found[below].add(above)
    return {one: frozenset(above) for one, above in found.items()}
