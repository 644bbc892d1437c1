"""The report: sections, their digests, and which of them have to travel.

docs/report-format.md is the contract; agent/report-format-1.schema.json its machine-read twin.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import time

from agent import __version__
from agent.collectors import SECTIONS
from agent.sources.boots import boot_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from agent.machine import Machine

FORMAT = "cadastre-report/1"
TEXT_LIMIT = 1024
_DIGEST_LENGTH = 12


def collect(
    machine: Machine, sections: Iterable[str] = SECTIONS
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return (content by section, why something could not be read by section).

    A section that failed as a whole is missing from the first and explained in the second; one
    that was not asked this time is missing from both.
    """
    found: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for section in sections:
        machine.remarks.clear()
        try:
            content = importlib.import_module(SECTIONS[section]).collect(machine)
            if content is not None:
                found[section] = cleaned(content)
        except Exception as error:  # noqa: BLE001 - one broken question must not sink the rest
            machine.remark(f"{type(error).__name__}: {error}")
        if machine.remarks:
            problems[section] = "; ".join(machine.remarks)[:TEXT_LIMIT]
    return found, problems


def digest(content: Any) -> str:
    """Return a section's digest: the first 12 hex digits of SHA-256 over its canonical JSON.

    Canonical: keys sorted, no blanks, UTF-8 unescaped.

    >>> digest({"b": 1, "a": "é"})
    'aa58fba84836'
    """
    return hashlib.sha256(encoded(content)).hexdigest()[:_DIGEST_LENGTH]


def encoded(content: Any) -> bytes:
    """Canonical JSON, as digests and the wire use it."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8")


def cleaned(value: Any) -> Any:
    r"""Return the content fit for the wire.

    Texts lose NULs and the blanks around them and end after 1,024 characters. Members of an
    object that are unknown (None or an empty text) are left out.

    >>> cleaned({"serial": " A1\0 ", "model": "", "size": None, "ports": []})
    {'serial': 'A1', 'ports': []}
    """
    if isinstance(value, str):
        return _cleaned_text(value)
    if isinstance(value, dict):
        pairs = ((_cleaned_text(key), cleaned(member)) for key, member in value.items())
        return {key: member for key, member in pairs if member is not None and member != ""}
    if isinstance(value, (list, tuple)):
        return [cleaned(member) for member in value]
    return value


def build(
    head: dict[str, Any],
    found: dict[str, Any],
    problems: dict[str, str],
    readings: dict[str, Any],
) -> dict[str, Any]:
    """Return a whole report. `head` is what `heading` gives."""
    return {
        **head,
        "digests": {section: digest(content) for section, content in found.items()},
        "sections": found,
        "readings": readings,
        "problems": problems,
    }


def heading(machine: Machine, agent_id: str, sequence: int) -> dict[str, Any]:
    """Who reports, which report it is, and when it was taken (UTC)."""
    return {
        "format": FORMAT,
        "agent": {"id": agent_id, "version": __version__},
        "sequence": sequence,
        "boot_id": boot_id(machine),
        "collected_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def changed_only(report: dict[str, Any], acknowledged: dict[str, str]) -> dict[str, Any]:
    """Return the report with only the sections whose digest the server has not acknowledged."""
    digests = report["digests"]
    sections = {
        section: content
        for section, content in report["sections"].items()
        if digests[section] != acknowledged.get(section)
    }
    return {**report, "sections": sections}


def shortened(report: dict[str, Any], acknowledged: dict[str, str]) -> dict[str, Any]:
    """Return a report that carries no section with one digest over those the server has.

    `unchanged` is the digest of {section: digest} without `identity`: a machine on which nothing
    happened sends two digests instead of one a section.
    """
    rest = {name: told for name, told in acknowledged.items() if name != "identity"}
    if report["sections"] or not rest or "identity" not in report["digests"]:
        return report
    identity = {"identity": report["digests"]["identity"]}
    return {**report, "digests": identity, "unchanged": digest(rest)}


def new_agent_id() -> str:
    """Return a random UUID (RFC 9562, version 4)."""
    raw = bytearray(os.urandom(16))
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    digits = raw.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _cleaned_text(text: str) -> str:
    plain = text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    return plain.strip()[:TEXT_LIMIT].rstrip()
