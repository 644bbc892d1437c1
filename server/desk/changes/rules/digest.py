"""What exactly was approved: one hash over plan, items, window and foreseen impact."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

#: The columns of a change that approval covers. Its title is none of them.
COVERED = (
    "kind",
    "reason",
    "implementation_plan",
    "test_plan",
    "back_out_plan",
    "communication_plan",
    "window_start",
    "window_end",
    "implementer_id",
    "template_id",
    "answers",
)


def digest_of(
    plan: Mapping[str, Any],
    item_ids: frozenset[int],
    services: Mapping[int, str],
    parts: Sequence[Any] = (),
) -> str:
    """Return the digest of a plan (by ``COVERED``), the items touched and services by state.

    The order of items and services does not matter; that of ``parts`` (tasks, then what is planned
    for the register, as JSON) does.

    >>> digest_of({}, frozenset({1, 2}), {}) == digest_of({}, frozenset({2, 1}), {})
    True
    """
    covered = {name: _plain(plan.get(name)) for name in COVERED}
    content = [covered, sorted(item_ids), sorted(services.items()), list(parts)]
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
