"""The classes of the register, as its shipped model lists them."""

import tomllib
from pathlib import Path

_CLASSES = Path(__file__).parents[3] / "cmdb" / "model" / "shipped" / "classes.toml"


def shipped_classes() -> set[str]:
    """Return the codes of classes that items may have."""
    classes = tomllib.loads(_CLASSES.read_text("utf-8"))
    return {code for code, entry in classes.items() if not entry.get("abstract")}
