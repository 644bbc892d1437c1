"""An agent's report as it travels. Format: docs/report-format.md.

Reading is tolerant: unknown members are passed over, a section of another shape says nothing, and
the rest of the report lands. Only an envelope that cannot be understood is refused.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cmdb.errors import InvalidValue
from cmdb.inventory.storable import storable_text
from server.items.payload import read_json, unpack

__all__ = ["FORMAT", "Report", "read_report", "unpack"]

FORMAT = "cadastre-report/1"

#: A report waits on a disk for days, never for this long: an older clock is a wrong one.
_OLDEST = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Report:
    """A report as the agent sent it, its envelope checked."""

    agent_id: str
    version: str
    sequence: int
    boot_id: str
    collected_at: datetime
    digests: Mapping[str, str]
    sections: Mapping[str, Any]
    readings: Mapping[str, Any]
    problems: Mapping[str, str]
    #: One digest over {section: digest} of all others, from an agent on which nothing changed.
    unchanged: str = ""

    def section(self, name: str) -> Mapping[str, Any]:
        """Return a section that is an object; nothing when it was not sent or is none."""
        content = self.sections.get(name)
        return content if isinstance(content, dict) else {}


def read_report(plain: bytes) -> Report:
    """Check the envelope of a report. Raises ``InvalidValue`` naming the field."""
    document = read_json(plain)
    if not isinstance(document, dict):
        raise InvalidValue({"body": "must be a JSON object"})
    if document.get("format") != FORMAT:
        raise InvalidValue({"format": f"must be {FORMAT!r}"})
    agent = _object(document, "agent")
    return Report(
        agent_id=_agent_id(agent.get("id")),
        version=storable_text(str(agent.get("version") or ""))[:64],
        sequence=_whole(document, "sequence"),
        boot_id=storable_text(str(document.get("boot_id") or ""))[:64],
        collected_at=_moment(document.get("collected_at")),
        digests=_texts(document, "digests", 128),
        sections=_object(document, "sections"),
        readings=_object(document, "readings"),
        problems=_texts(document, "problems", 500),
        unchanged=storable_text(str(document.get("unchanged") or ""))[:64],
    )


def seen_at(report: Report, now: datetime) -> datetime:
    """Return when the machine was looked at; its clock is believed where it can be right."""
    believed = timedelta(0) <= now - report.collected_at <= _OLDEST
    return report.collected_at if believed else now


def with_known_digests(report: Report, known: Mapping[str, str], every: Iterable[str]) -> Report:
    """Spell out what a shortened report means, given the digests that are ``known``.

    Where they are not the ones that the agent means, no digest fits: ``every`` section is asked
    for again.
    """
    if not report.unchanged:
        return report
    rest = {name: told for name, told in known.items() if name != "identity"}
    agreed = digest_of(rest) == report.unchanged
    digests = rest if agreed else dict.fromkeys(every, "?")
    return replace(report, digests={**digests, **report.digests})


def digest_of(content: Any) -> str:
    """Return a section's digest, as agents compute it (docs/report-format.md).

    >>> digest_of({"b": 1, "a": "é"})
    'aa58fba84836'
    """
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _object(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = document.get(name, {})
    if not isinstance(value, dict):
        raise InvalidValue({name: "must be an object"})
    return value


def _texts(document: Mapping[str, Any], name: str, longest: int) -> dict[str, str]:
    return {
        storable_text(key)[:64]: storable_text(str(value))[:longest]
        for key, value in _object(document, name).items()
    }


def _agent_id(value: Any) -> str:
    if not isinstance(value, str) or not 8 <= len(value) <= 64:
        raise InvalidValue({"agent.id": "must be a text of 8 to 64 characters"})
    return value


def _whole(document: Mapping[str, Any], name: str) -> int:
    value = document.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**62:
        raise InvalidValue({name: "must be a whole number from 0"})
    return value


def _moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidValue({"collected_at": "must be an ISO 8601 moment"}) from error
