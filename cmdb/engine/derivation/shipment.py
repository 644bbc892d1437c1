"""Reads the rules that ship with Cadastre, beside the shipped model."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from cmdb.engine.derivation.rules import DerivationRule
from cmdb.engine.derivation.texts import read_rules_text
from cmdb.model import shipped_model

FILE = "derivation.toml"


@cache
def shipped_rules() -> Mapping[str, DerivationRule]:
    """Return the shipped rules by code, in the order of the file.

    Raises ``InvalidRule`` naming line and field when the file is damaged.

    >>> shipped_rules()["calls"].type
    'calls'
    """
    text = (files("cmdb.model") / "shipped" / FILE).read_text(encoding="utf-8")
    return {rule.code: rule for rule in read_rules_text(text, shipped_model(), FILE)}
