"""Observations as JSON documents: what waits for a person's decision must land whole later."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from cmdb.inventory.storable import storable
from cmdb.observation import Identifier, Observation, Origin, Row, Section, SeenParty
from cmdb.vocabulary import PartyRole


def stored_observation(seen: Observation) -> dict[str, Any]:
    """Return the observation as a JSON document, to be replayed when a person has decided."""
    evidence = [one._asdict() for one in seen.identifiers]
    document: dict[str, Any] = storable(asdict(seen) | {"identifiers": evidence})
    document["observed_at"] = seen.observed_at.isoformat()
    return document


def restored_observation(document: Mapping[str, Any]) -> Observation:
    """Return the observation that was stored.

    A row that was a tuple comes back as a tuple; nothing else is lost on the way.
    """
    parties = document.get("parties")
    return Observation(
        origin=Origin(**document["origin"]),
        class_code=document["class_code"],
        organisation_id=document["organisation_id"],
        observed_at=datetime.fromisoformat(document["observed_at"]),
        identifiers=tuple(Identifier(**one) for one in document.get("identifiers", ())),
        values=document.get("values", {}),
        sections=tuple(_section(one) for one in document.get("sections", ())),
        readings=document.get("readings", {}),
        parties=None if parties is None else tuple(_party(one) for one in parties),
    )


def _section(stored: Mapping[str, Any]) -> Section:
    rows = stored["rows"]
    read = None if rows is None else [_row(row) for row in rows]
    return Section(stored["name"], stored["digest"], read, folded=stored["folded"])


def _row(row: Any) -> Row:
    return tuple(row) if isinstance(row, list) else row


def _party(stored: Mapping[str, Any]) -> SeenParty:
    return SeenParty(PartyRole(stored["role"]), stored["person_id"], stored["group_id"])


def folded_document(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return the later of two documents of one source, with what only the earlier one spelled out.

    A source that has sent a list once may send its digest alone the next time.
    """
    rows = {s["name"]: s for s in before.get("sections", ()) if s["rows"] is not None}
    sections = [_spelled_out(one, rows.get(one["name"])) for one in after["sections"]]
    named = {one["name"] for one in after["sections"]}
    sections += [one for name, one in rows.items() if name not in named]
    parties = before.get("parties") if after["parties"] is None else after["parties"]
    return {
        **after,
        "values": {**before.get("values", {}), **after["values"]},
        "readings": {**before.get("readings", {}), **after["readings"]},
        "sections": sections,
        "parties": parties,
    }


def _spelled_out(section: dict[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    if section["rows"] is None and before is not None and before["digest"] == section["digest"]:
        return {**section, "rows": before["rows"]}
    return section
