"""A synchronisation that reads only what changed since the last one."""

from collections.abc import Mapping

from server.people.directory import OpenDirectory
from server.people.rules.deltas import Watermark, changed_since, next_watermark
from server.people.rules.mapping import ACTIVE_DIRECTORY, DETAILS, GroupSeen, PersonSeen
from server.people.rules.sync_plan import (
    Snapshot,
    StoredEntry,
    SyncPlan,
    managers_of,
    members_of,
    plan_sync,
)
from server.people.sources import read_groups
from server.people.sources_changed import Changes, changes_since
from server.people.sync_links import write_logins, write_managers, write_memberships
from server.people.sync_parties import Work, write_groups, write_persons
from server.people.sync_photos import write_photos
from server.people.sync_rules import apply_rules
from server.people.sync_stored import stored_groups, stored_persons, told

_NOTHING = "\0" * (len(DETAILS) - 1)


def carry_out_delta(work: Work, directory: OpenDirectory, former: Watermark) -> Watermark | None:
    """Write what changed; return how far this came, or None when everything has to be read.

    Groups are read whole as soon as one of them, or who may be in them, changed: whom a group
    holds depends on the groups inside it.
    """
    found = changes_since(work.source, directory, former, work.now)
    if found is None:
        return None
    changes, reached = found
    work.report.mode = "delta"
    if changes.touched:
        if not _carry_out(work, directory, changes):
            return reached
        numbered = work.source.flavour == ACTIVE_DIRECTORY
        write_photos(work, directory, changed_since(former, numbered=numbered))
    work.report.state = "finished"
    return next_watermark(former, reached)


def _carry_out(work: Work, directory: OpenDirectory, changes: Changes) -> bool:
    with work.database.reading() as session:
        persons = stored_persons(session, work.source)
        known_groups = stored_groups(session, work.source)
    gone = (changes.touched & persons.keys()) - changes.persons.keys()
    groups: dict[str, GroupSeen] | None = None
    changed = dict(changes.persons)
    in_persons = plan_sync(Snapshot(changed, {}), persons, {}, gone)
    if changes.group_touched or changes.touched & known_groups.keys() or _moves_links(in_persons):
        groups = read_groups(work.source, directory)
    seen = Snapshot(changed, groups or {})
    work.report.persons_seen, work.report.groups_seen = len(seen.persons), len(seen.groups)
    plan = plan_sync(seen, persons, {} if groups is None else known_groups, gone)
    if told(work, plan, confirm=False):
        return False
    others = _others(persons, gone)
    write_persons(work, plan)
    write_groups(work, plan)
    write_managers(work, managers_of(seen, others))
    if groups is not None:
        write_memberships(work, members_of(Snapshot({**others, **seen.persons}, groups)))
        apply_rules(work)
    write_logins(
        work, {key: person.login for key, person in seen.persons.items() if not person.disabled}
    )
    return True


def _moves_links(plan: SyncPlan) -> bool:
    """Say whether somebody came, left, or is called by another DN."""
    return bool(plan.new_persons or plan.leaving_persons) or any(
        stored.dn != person.dn or not stored.active for stored, person in plan.changed_persons
    )


def _others(persons: Mapping[str, StoredEntry], gone: frozenset[str]) -> dict[str, PersonSeen]:
    """Return who was not read this time, as far as ties to them need it."""
    return {
        key: PersonSeen(key, entry.dn, "", _NOTHING)
        for key, entry in persons.items()
        if entry.active and key not in gone
    }
