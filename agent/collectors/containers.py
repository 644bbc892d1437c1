"""Asks which containers the machine's engines keep."""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

_DOCKER = "/var/lib/docker/containers"
_PODMAN = "/var/lib/containers/storage/overlay-containers/containers.json"


def collect(machine: Machine) -> list[dict[str, Any]]:
    """Return containers by engine and name, from the engines' own files: no socket is asked.

    Whether one runs is told by Docker's file; Podman keeps that elsewhere.
    """
    found = [*_docker(machine), *_podman(machine), *_lxc(machine)]
    return sorted(found, key=lambda row: (row["engine"], row["name"]))


def _docker(machine: Machine) -> list[dict[str, Any]]:
    found = []
    for folder in machine.names(_DOCKER):
        told = _document(machine, f"{_DOCKER}/{folder}/config.v2.json")
        if isinstance(told, dict):
            settings, state = told.get("Config") or {}, told.get("State") or {}
            found.append(
                {
                    "name": str(told.get("Name") or folder[:12]).lstrip("/"),
                    "engine": "docker",
                    "id": folder[:12],
                    "image": settings.get("Image"),
                    "running": state.get("Running") is True,
                }
            )
    return found


def _podman(machine: Machine) -> list[dict[str, Any]]:
    told = _document(machine, _PODMAN)
    found = []
    for one in told if isinstance(told, list) else []:
        names, meta = one.get("names") or [], one.get("metadata") or "{}"
        # The image's name stands in a document inside the document.
        image = json.loads(meta).get("image-name") if isinstance(meta, str) else None
        short = str(one.get("id"))[:12]
        name = names[0] if names else short
        found.append({"name": name, "engine": "podman", "id": short, "image": image})
    return found


def _lxc(machine: Machine) -> list[dict[str, Any]]:
    return [
        {"name": name, "engine": "lxc"}
        for name in machine.names("/var/lib/lxc")
        if machine.exists(f"/var/lib/lxc/{name}/config")
    ]


def _document(machine: Machine, path: str) -> Any:
    try:
        return json.loads(machine.text(path) or "null")
    except ValueError:
        machine.remark(f"{path}: is no JSON")
        return None
