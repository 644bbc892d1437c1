"""A rule as a document (JSON, or a table of TOML): read with every fault named, and written."""

import re
from collections.abc import Mapping
from typing import Any, cast

from cmdb.engine.derivation.fields import Fields
from cmdb.engine.derivation.rules import (
    EVIDENCE,
    DerivationRule,
    Direction,
    InvalidRule,
    Keep,
    Keeping,
    Option,
)
from cmdb.model import Model
from cmdb.vocabulary import RelationTypeCode

_CODE = re.compile(r"[a-z][a-z0-9_]{1,62}")
_FIELDS = frozenset(
    {
        *("version", "label", "enabled", "evidence", "options", "starts", "ends", "type"),
        *("direction", "weight", "confidence", "group", "only_groups", "fades_after_days"),
        "notes",
    }
)
_GROUP_FIELDS = frozenset({"name", "rule", "amount", "by", "least"})
_GROUP_RULES = ("at_least", "all_but", "majority", "percent")
_LANGUAGES = ("en", "es", "ru")


def read_rule(code: str, document: Mapping[str, Any], model: Model) -> DerivationRule:
    """Return the rule that a document describes. Raises ``InvalidRule`` naming each wrong field."""
    fields = Fields(document, model)
    if not _CODE.fullmatch(code):
        fields.fault("code", "must be 2 to 63 lower-case letters, digits and underscores")
    fields.refuse_unknown(_FIELDS)
    rule = _read(code, fields)
    _check_pair(rule, fields)
    if fields.problems:
        raise InvalidRule(fields.problems)
    return rule


def _read(code: str, fields: Fields) -> DerivationRule:
    evidence = fields.choice("evidence", tuple(EVIDENCE))
    type_code = fields.relation_type("type")
    group = _group(fields, type_code)
    only_groups = fields.flag("only_groups", default=False)
    if only_groups and group is None:
        fields.fault("only_groups", "needs a group")
    return DerivationRule(
        code=code,
        evidence=evidence,
        type=RelationTypeCode(type_code),
        labels=_labels(fields),
        version=fields.whole("version", 1, 1, 10**6),
        enabled=fields.flag("enabled", default=True),
        options=_options(fields, evidence),
        starts=fields.classes("starts"),
        ends=fields.classes("ends"),
        direction=cast(
            Direction, fields.choice("direction", ("forward", "reverse"), default="forward")
        ),
        weight=fields.number("weight", 1.0, 0, 1),
        confidence=fields.number("confidence", 1.0, 0, 1),
        group=group,
        only_groups=only_groups,
        fades_after_days=fields.whole("fades_after_days", 7, 0, 3650),
        notes=fields.text("notes", 2000, needed=False),
    )


def _labels(fields: Fields) -> dict[str, str]:
    value = fields.table.get("label")
    if isinstance(value, str):
        value = {"en": value}
    if not isinstance(value, Mapping) or "en" not in value:
        fields.fault("label", "must give at least the English name")
        return {}
    inner = fields.inner("label", value)
    inner.refuse_unknown(frozenset(_LANGUAGES), f"must be one of {', '.join(_LANGUAGES)}")
    return {language: inner.text(language, 200) for language in _LANGUAGES if language in value}


def _options(fields: Fields, evidence: str) -> dict[str, Any]:
    given = fields.table.get("options", {})
    if not isinstance(given, Mapping):
        fields.fault("options", "must be a table")
        return {}
    if not evidence:
        return {}
    known = EVIDENCE[evidence].options
    inner = fields.inner("options", given)
    inner.refuse_unknown(frozenset(known), f"{evidence} knows no such option")
    for name, option in known.items():
        if option.required and name not in given:
            inner.fault(name, "is required")
    return {name: _option(inner, name, known[name]) for name in given if name in known}


def _option(fields: Fields, name: str, option: Option) -> Any:
    if option.kind == "relation_type":
        return fields.relation_type(name)
    if option.kind == "classes":
        return fields.classes(name)
    return fields.attribute(name) if option.kind == "attribute" else fields.texts(name)


def _group(fields: Fields, type_code: str) -> Keep | None:
    given = fields.table.get("group")
    if given is None:
        return None
    if not isinstance(given, Mapping):
        fields.fault("group", "must be a table")
        return None
    if type_code and fields.model.relation_type(type_code).provider is None:
        fields.fault("group", f"{type_code} has no impact, so it cannot join a group")
    inner = fields.inner("group", given)
    inner.refuse_unknown(_GROUP_FIELDS)
    rule = cast(Keeping, inner.choice("rule", _GROUP_RULES, default="at_least"))
    percent = rule == "percent"
    return Keep(
        name=inner.text("name", 100),
        rule=rule,
        amount=inner.number("amount", 50, 0, 100) if percent else inner.whole("amount", 1, 0, 1000),
        by="port" if inner.choice("by", ("", "port")) else "",
        least=inner.whole("least", 2, 1, 1000),
    )


def _check_pair(rule: DerivationRule, fields: Fields) -> None:
    """Refuse a pair of classes that the relationship type never joins: nothing would follow."""
    if fields.problems:
        return
    model = fields.model
    everything = [entry.code for entry in model.classes]
    starts, ends = (
        [code for named in codes for code in model.descendants(named)] or everything
        for codes in (rule.starts, rule.ends)
    )
    if not any(model.allows(rule.type, start, end) for start in starts for end in ends):
        fields.fault("type", f"{rule.type} joins none of these classes")


def document_of(rule: DerivationRule) -> dict[str, Any]:
    """Return the document that ``read_rule`` reads back."""
    group = rule.group
    return {
        "version": rule.version,
        "enabled": rule.enabled,
        "evidence": rule.evidence,
        "type": str(rule.type),
        "direction": rule.direction,
        "starts": list(rule.starts),
        "ends": list(rule.ends),
        "weight": rule.weight,
        "confidence": rule.confidence,
        "only_groups": rule.only_groups,
        "fades_after_days": rule.fades_after_days,
        "notes": rule.notes,
        "label": dict(rule.labels),
        "options": {name: _plain(value) for name, value in rule.options.items()},
        "group": None if group is None else {n: getattr(group, n) for n in sorted(_GROUP_FIELDS)},
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
