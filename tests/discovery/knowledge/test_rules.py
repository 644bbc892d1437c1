"""The tables are sound, rules go from special to general, and an administrator's own come first."""

from pathlib import Path

import pytest

from discovery.knowledge.rules import FIELDS, BadKnowledge, load_knowledge
from discovery.snmp.session import parse_oid
from tests.discovery.knowledge.register import shipped_classes

_CISCO = (1, 3, 6, 1, 4, 1, 9, 1, 1)


def test_every_class_that_a_rule_names_is_one_of_the_register() -> None:
    named = {
        rule.constants["class"] for rule in load_knowledge().rules if "class" in rule.constants
    }
    for rule in load_knowledge().rules:
        named |= {question.value for question in rule.questions.get("class", ())}
    assert named <= shipped_classes()


def test_every_question_can_be_asked() -> None:
    device = (1, 3, 6, 1, 4, 1, 99, 1)
    for rule in load_knowledge().rules:
        for field, questions in rule.questions.items():
            assert field in FIELDS
            for question in questions:
                parse_oid(question.name_for(device).removesuffix(".*"))


def test_a_pattern_takes_its_groups_from_the_known_fields() -> None:
    for rule in load_knowledge().rules:
        if rule.description is not None:
            assert set(rule.description.groupindex) <= set(FIELDS)


def test_a_longer_object_id_and_a_description_make_a_rule_special(tmp_path: Path) -> None:
    own = write(
        tmp_path,
        """
        [[rule]]
        os = "fallback"
        [[rule]]
        object_id = "1.3.6.1.4.1.99"
        os = "general"
        [[rule]]
        object_id = "1.3.6.1.4.1.99"
        description = 'switch'
        os = "described"
        [[rule]]
        object_id = "1.3.6.1.4.1.99.7"
        os = "longer"
        """,
    )
    knowledge = load_knowledge([own])

    def systems(object_id: tuple[int, ...], description: str) -> list[str]:
        return [
            one.rule.constants.get("os", "") for one in knowledge.matches(object_id, description)
        ]

    maker = (1, 3, 6, 1, 4, 1, 99)
    assert systems((*maker, 7, 1), "a switch") == ["longer", "described", "general"]
    assert systems((*maker, 8), "a router") == ["general"]
    assert systems((1, 3, 6, 1, 4, 1, 98_765), "")[0] == "fallback"


def test_a_rule_of_an_administrator_wins_over_the_shipped_ones(tmp_path: Path) -> None:
    own = write(tmp_path, "[[rule]]\nobject_id = '1.3.6.1.4.1.9'\nvendor = 'Us'\n")
    first = load_knowledge([own]).matches(_CISCO, "")[0]
    assert first.rule.constants["vendor"] == "Us"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[[rule]]\nvendr = 'x'", "rule 1: unknown key 'vendr'"),
        ("[[rule]]\nobject_id = '1.3.x'", "'1.3.x' is not an OID"),
        ("[[rule]]\ndescription = '('", "rule 1"),
        ("[[rule]]\n[rule.ask]\ncolour = '1.3.6'", "cannot ask for 'colour'"),
        ("[[rule]]\n[rule.ask]\nmodel = {pattern = 'x'}", "rule 1"),
        ("[[rule]]\n[rule.ask]\nmodel = {oid = '1.3', patern = 'x'}", "'patern'"),
        ("[[rule]", "not TOML"),
    ],
)
def test_a_table_that_cannot_be_used_says_where(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(BadKnowledge, match=why):
        load_knowledge([write(tmp_path, text)])


def test_a_missing_table_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(BadKnowledge, match="cannot be read"):
        load_knowledge([tmp_path / "missing.toml"])


def test_names_relative_to_the_device_are_put_in_place(tmp_path: Path) -> None:
    own = write(
        tmp_path,
        "[[rule]]\nobject_id = '1.3.6.1.4.1.99'\n[rule.ask]\nmodel = ['self.1.0', 'parent.2.*']\n",
    )
    questions = load_knowledge([own]).questions((1, 3, 6, 1, 4, 1, 99, 4), "")
    assert questions == ["1.3.6.1.4.1.99.4.1.0", "1.3.6.1.4.1.99.2.*"]


def test_the_owner_of_an_enterprise_number_is_known() -> None:
    knowledge = load_knowledge()
    assert knowledge.enterprise((1, 3, 6, 1, 4, 1, 2636, 1)) == "Juniper"
    assert knowledge.enterprise((1, 3, 6, 1, 2, 1, 33)) == ""
    assert knowledge.enterprise(()) == ""


def write(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text)
    return path
