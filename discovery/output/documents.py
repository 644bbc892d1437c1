"""Results as JSON documents, one line each."""

import json
from dataclasses import asdict
from typing import Any

from cmdb.observation import Observation
from discovery.assembly.identity import DeviceIdentity
from discovery.findings import DeviceFindings, Unreachable


def device_document(findings: DeviceFindings, identity: DeviceIdentity) -> dict[str, Any]:
    """Return what is known of a device: ``identity`` (decided) beside what was read."""
    return {"found": True, "identity": asdict(identity), **asdict(findings)}


def unreachable_document(unreachable: Unreachable) -> dict[str, Any]:
    """Return why there is nothing to say; ``why`` is one of a few words for programs."""
    return {"found": False, **asdict(unreachable)}


def observation_document(observation: Observation) -> dict[str, Any]:
    """Return an observation with its moment in ISO 8601."""
    document = asdict(observation)
    document["identifiers"] = [one._asdict() for one in observation.identifiers]
    document["observed_at"] = observation.observed_at.isoformat()
    del document["item_id"]  # discovery never knows it
    return document


def line(document: dict[str, Any]) -> str:
    """Return a document as one line of JSON."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
