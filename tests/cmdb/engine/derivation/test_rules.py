"""Rules as data: shipped ones, written ones, and what is wrong with the rest."""

from collections.abc import Mapping
from typing import Any

import pytest

from cmdb.engine.derivation import (
    EVIDENCE,
    InvalidRule,
    document_of,
    read_rule,
    read_rules_text,
    rule_text,
    shipped_rules,
)
from cmdb.model import shipped_model

MODEL = shipped_model()
GOOD: dict[str, Any] = {"label": "Talks", "evidence": "connections", "type": "calls"}


def test_every_shipped_rule_survives_being_written_and_read() -> None:
    for rule in shipped_rules().values():
        assert read_rules_text(rule_text(rule), MODEL) == [rule]
        assert read_rule(rule.code, document_of(rule), MODEL) == rule


def test_every_shipped_rule_has_a_name_in_every_language_and_every_evidence_has_a_rule() -> None:
    rules = shipped_rules().values()
    assert all(set(rule.labels) == {"en", "es", "ru"} for rule in rules)
    assert {rule.evidence for rule in rules} | {"same_value"} == set(EVIDENCE)


def test_a_name_with_quotes_newlines_and_backslashes_survives_too() -> None:
    odd = 'a "quoted"\\\n\tname, č'
    rule = read_rule("odd", GOOD | {"notes": odd}, MODEL)
    assert read_rules_text(rule_text(rule), MODEL)[0].notes == odd


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"evidence": "dreams"}, "evidence"),
        ({"type": "loves"}, "type"),
        ({"type": None}, "type"),
        ({"label": {"es": "Habla"}}, "label"),
        ({"label": {"en": "Talks", "fr": "Parle"}}, "label.fr"),
        ({"starts": ["unicorn"]}, "starts"),
        ({"ends": "rack"}, "type"),
        ({"weight": 1.5}, "weight"),
        ({"weight": True}, "weight"),
        ({"confidence": "high"}, "confidence"),
        ({"fades_after_days": 1.5}, "fades_after_days"),
        ({"enabled": "yes"}, "enabled"),
        ({"colour": "red"}, "colour"),
        ({"options": {"port": [80]}}, "options.port"),
        ({"options": []}, "options"),
        ({"evidence": "relations"}, "options.relation"),
        ({"evidence": "reference", "options": {"attribute": "mood"}}, "options.attribute"),
        ({"only_groups": True}, "only_groups"),
        ({"group": {}}, "group.name"),
        ({"group": {"name": "g", "rule": "some"}}, "group.rule"),
        ({"group": {"name": "g", "amount": 1.5}}, "group.amount"),
        ({"group": {"name": "g", "rule": "percent", "amount": 120}}, "group.amount"),
        ({"group": {"name": "g", "size": 2}}, "group.size"),
        ({"type": "connects_to", "group": {"name": "g"}}, "group"),
        ({"direction": "sideways"}, "direction"),
    ],
)
def test_what_is_wrong_is_named_by_field(change: Mapping[str, Any], field: str) -> None:
    with pytest.raises(InvalidRule) as refused:
        read_rule("good", GOOD | dict(change), MODEL)
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize("code", ["", "a", "Has-Capitals", "1st", "x" * 64])
def test_a_code_is_a_short_word(code: str) -> None:
    with pytest.raises(InvalidRule) as refused:
        read_rule(code, GOOD, MODEL)
    assert list(refused.value.fields) == ["code"]


@pytest.mark.parametrize(
    ("text", "field", "line"),
    [
        ('[ab]\nlabel = "x"\nevidence = "connections"\ntype = "loves"\n', "ab.type", 4),
        (
            '\n[ab]\nlabel = "x"\nevidence = "connections"\ntype = "calls"\n\n[ab.group]\nnam = 1',
            "ab.group.nam",
            8,
        ),
        ('[ab]\nlabel = "x"\nevidence = "connections"\n', "ab.type", 1),
        ('[ab]\nlabel = "x\n', "text", 2),
        ("weight = 1\n", "weight", 1),
        ("# nothing\n[ab\n", "text", 2),
    ],
)
def test_what_is_wrong_in_a_text_is_named_by_line_and_field(
    text: str, field: str, line: int
) -> None:
    with pytest.raises(InvalidRule, match=f"my.toml: .*line {line}: ") as refused:
        read_rules_text(text, MODEL, "my.toml")
    assert refused.value.fields[field].startswith(f"line {line}: ")
