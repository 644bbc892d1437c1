"""Asks which container images lie on the machine."""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

_DOCKER = "/var/lib/docker/image"
_PODMAN = "/var/lib/containers/storage/overlay-images/images.json"


def collect(machine: Machine) -> list[dict[str, Any]]:
    """Return container images by name, with the id that tells one build from another."""
    found = [*_docker(machine), *_podman(machine)]
    return sorted(found, key=lambda row: (row["name"], row["engine"]))


def _docker(machine: Machine) -> list[dict[str, Any]]:
    found = []
    for driver in machine.names(_DOCKER):
        told = _document(machine, f"{_DOCKER}/{driver}/repositories.json")
        repositories = told.get("Repositories") if isinstance(told, dict) else None
        for tags in (repositories or {}).values():
            found += [
                {"name": name, "engine": "docker", "id": digest.partition(":")[2][:12]}
                for name, digest in tags.items()
                if "@" not in name
            ]
    return found


def _podman(machine: Machine) -> list[dict[str, Any]]:
    told = _document(machine, _PODMAN)
    return [
        {"name": name, "engine": "podman", "id": str(one.get("id"))[:12]}
        for one in (told if isinstance(told, list) else [])
        for name in one.get("names") or []
    ]


def _document(machine: Machine, path: str) -> Any:
    try:
        return json.loads(machine.text(path) or "null")
    except ValueError:
        machine.remark(f"{path}: is no JSON")
        return None
