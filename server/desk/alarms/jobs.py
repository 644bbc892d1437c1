"""Looking for what rules of alarms are about, and tending their tickets."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from server.desk.alarms.actions.watching import alarmed_items, tend
from server.desk.alarms.queries.looking import look
from server.desk.alarms.queries.standing import rules_in_force
from server.desk.alarms.rules.planning import gathered
from server.desk.alarms.rules.values import AlarmRule
from server.foundation.clock import utc_now
from server.foundation.jobs.handler import JobContext

#: What events tell of, and what runs out, is looked for every few minutes, the rest once an hour.
WATCH = "alarms.watch"
SURVEY = "alarms.survey"
_QUICK = frozenset({"trap", "port_down", "unreachable", "disk", "service_level"})
#: Items that one transaction tends: opening tickets takes the graph and the write lock.
_BATCH = 20


def run_watch(context: JobContext) -> Mapping[str, Any]:
    """Tend the rules that look at events."""
    return _run(context, quick=True)


def run_survey(context: JobContext) -> Mapping[str, Any]:
    """Tend the rules that look at how things stand."""
    return _run(context, quick=False)


def _run(context: JobContext, *, quick: bool) -> Mapping[str, Any]:
    with context.database.reading() as session:
        rules = [one for one in rules_in_force(session).values() if one.enabled]
    done: Counter[str] = Counter()
    for rule in rules:
        if (rule.signal in _QUICK) == quick:
            done.update(tend_rule(context, rule))
    return dict(done)


def tend_rule(context: JobContext, rule: AlarmRule) -> dict[str, int]:
    """Look for what a rule is about, outside any write, and tend it in small transactions."""
    now = utc_now()
    with context.database.reading() as session:
        found = gathered(look(session, rule, now))
        item_ids = sorted({*found, *alarmed_items(session, rule.code)})
    done: Counter[str] = Counter()
    for start in range(0, len(item_ids), _BATCH):
        context.go_on()
        batch = item_ids[start : start + _BATCH]
        with context.database.writing() as session:
            done.update(tend(session, rule, found, batch, now))
    return dict(done)
