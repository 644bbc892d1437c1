"""Exports of other tools, told by their headers: what their columns are here.

The column names are those of the tools' own exports: NetBox's device and virtual machine tables,
GLPI's computer list, iTop's Server and PC classes, Snipe-IT's asset report.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

_LEAST = 0.6


@dataclass(frozen=True, slots=True)
class Preset:
    """One tool's export. ``marks`` are headers that tell it; ``*`` among classes is any other."""

    name: str
    label: str
    marks: tuple[str, ...]
    columns: Mapping[str, str]
    class_code: str
    classes: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]


@cache
def presets() -> tuple[Preset, ...]:
    """Return every export that is known."""
    text = (resources.files("server.imports") / "presets.toml").read_text(encoding="utf-8")
    return tuple(
        Preset(
            name,
            entry["label"],
            tuple(entry["marks"]),
            entry["columns"],
            entry.get("class", ""),
            entry.get("classes", {}),
            entry.get("values", {}),
        )
        for name, entry in tomllib.loads(text).items()
    )


def preset_for(headers: Sequence[str]) -> Preset | None:
    """Return the export whose marks the headers hold best; None when none fits."""
    known = {header.casefold().strip() for header in headers}
    best, share = None, _LEAST
    for preset in presets():
        held = sum(mark.casefold() in known for mark in preset.marks) / len(preset.marks)
        if held >= share:
            best, share = preset, held
    return best
