"""Which differences between two reports are worth telling: counters and flapping are not.

History serves whoever looks for the cause of a failure. A value that never stands still and a port
that opens and closes all day say nothing, and bury what does.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

#: Members of a row that never stand still: kept as last told, and no difference.
VOLATILE = frozenset(
    {
        "cpu_percent",
        "free_bytes",
        "last_run_at",
        "memory_resident_bytes",
        "next_run_at",
        "pid",
        "state_since",
        "status_text",
        "temperature",
        "uptime_seconds",
        "used_bytes",
    }
)
#: A member that was told so often within ``records.history.FLAPPING_WITHIN`` flaps: said once,
#: then nothing.
FLAPPING_AFTER = 4


def steady(row: Any) -> Any:
    """Return a row without what never stands still.

    >>> steady({"name": "nginx", "pid": 7, "state": "running"})
    {'name': 'nginx', 'state': 'running'}
    """
    if isinstance(row, Mapping) and not VOLATILE.isdisjoint(row):
        return {name: value for name, value in row.items() if name not in VOLATILE}
    return row


def worth_telling(
    details: Sequence[Mapping[str, Any]], earlier: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return what to tell of ``details``, given what was told of late.

    Each detail names its ``member``; those that name none (a first sight, a long list) are told.

    >>> flips = [{"member": "tcp 80", "new": 1}] * 4
    >>> worth_telling([{"member": "tcp 80", "old": 1}, {"member": "tcp 22", "new": 1}], flips)
    [{'member': 'tcp 80', 'flapping': True}, {'member': 'tcp 22', 'new': 1}]
    >>> told = [*flips, {"member": "tcp 80", "flapping": True}]
    >>> worth_telling([{"member": "tcp 80", "new": 1}], told)
    []
    """
    told = list(earlier)
    times = Counter(one["member"] for one in told if "member" in one)
    known = {one["member"] for one in told if one.get("flapping")}
    kept: list[dict[str, Any]] = []
    for detail in details:
        member = detail.get("member")
        if member is None or times[member] < FLAPPING_AFTER:
            kept.append(dict(detail))
        elif member not in known:
            known.add(member)
            kept.append({"member": member, "flapping": True})
    return kept
