"""The classes of the register and their attributes, as its shipped model lists them."""

import tomllib
from pathlib import Path
from typing import Any

_SHIPPED = Path(__file__).parents[3] / "cmdb" / "model" / "shipped"


def shipped_classes() -> set[str]:
    """Return the codes of classes that items may have."""
    return {code for code, entry in _read("classes").items() if not entry.get("abstract")}


def shipped_attributes(class_code: str) -> set[str]:
    """Return the codes of a class's attributes, those of the classes above it included."""
    classes, attributes = _read("classes"), _read("attributes")
    found: set[str] = set()
    while class_code:
        found |= set(attributes.get(class_code, {}))
        class_code = classes[class_code].get("parent", "")
    return found


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_SHIPPED / f"{name}.toml").read_text("utf-8"))
