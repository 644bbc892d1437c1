"""Background work: all rules over all items, and what has faded."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cmdb.inventory.lookup import parts
from cmdb.records.relations import Relation
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.items.deriving.fading import end_relations, faded_relations, has_faded
from server.items.deriving.planning import LiveRow, live_rows, make_plan
from server.items.deriving.rulebook import working_rules
from server.items.deriving.running import (
    carry_out,
    organisations_with_items,
    outcomes_text,
    scopes_of,
)


def run_derivation(context: JobContext) -> Mapping[str, Any]:
    """Carry out every working rule over every organisation, then end what has faded.

    Payload: ``rule`` (a code) looks at that one alone; it has been changed, so what does not
    follow from it any more ends at once.
    """
    began = utc_now()
    only = str(context.payload.get("rule") or "")
    with context.database.reading() as session:
        rules = {rule.code: rule for rule in working_rules(session)}
        organisations = organisations_with_items(session)
    chosen = [rule for code, rule in rules.items() if only in {"", code}]
    done: Counter[str] = Counter()
    context.progress.begin("rules", len(chosen) * len(organisations))
    for organisation_id in organisations:
        for rule in chosen:
            context.go_on()
            with context.database.reading() as session:
                scopes = list(scopes_of(session, rule, organisation_id))
            for scope in scopes:
                context.go_on()
                with context.database.writing() as session:
                    plan = make_plan(session, rule, scope, utc_now(), rules)
                    done += carry_out(session, plan, organisation_id, utc_now())
            context.progress.advance()
    if only:
        with context.database.reading() as session:
            older = live_rows(session, Relation.last_seen_at < began)
        ids = [row.id for row in older if row.rule == only]
        done["ended"] += _end(context.database, ids, lambda row: row.last_seen_at < began)
    with context.database.reading() as session:
        ids = [row.id for row in faded_relations(session, rules, utc_now())]
    done["faded"] += _end(context.database, ids, lambda row: has_faded(row, rules, utc_now()))
    return outcomes_text(done)


def _end(database: Database, ids: Sequence[int], still: Callable[[LiveRow], bool]) -> int:
    """End relations, some hundred at a time; what was seen again in the meantime stays."""
    ended = 0
    for part in parts(ids):
        with database.writing() as session:
            rows = [row for row in live_rows(session, Relation.id.in_(part)) if still(row)]
            ended += end_relations(session, rows, utc_now())
    return ended
