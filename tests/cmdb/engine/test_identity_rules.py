"""What a class's rules make of evidence: pure, without a register."""

from datetime import UTC, datetime

import pytest

from cmdb.engine.identity import Holder, Outcome, Question, decide, evidence_of, normalise, relevant
from cmdb.engine.identity.knowledge import knowledge, knowledge_standing, knowledge_with
from cmdb.engine.identity.weighing import worth_of
from cmdb.model import InvalidModel, shipped_model
from cmdb.model.defining import model_with
from cmdb.model.definition_text import model_text, read_model_text
from cmdb.observation import Identifier
from cmdb.vocabulary import BUSINESS_SERVICE, CONTAINER, DESKTOP, KEY, LAPTOP, MAC, NAME, SERIAL

_SEEN = datetime(2026, 3, 1, tzinfo=UTC)
Rules = dict[tuple[str, str], dict[str, object]]


def ruled(**documents: dict[str, object]) -> Rules:
    """Rules by "class__evidence"."""
    return {("identity", name.replace("__", ".")): said for name, said in documents.items()}


def decided(rules: Rules, class_code: str, *shared: Identifier) -> Outcome:
    """Decide about a report that shares all it says with the one item there is."""
    with knowledge_standing(knowledge_with(model_with(shipped_model(), rules))):
        said = relevant(class_code, shared)
        holder = Holder(7, 1, class_code, frozenset(said), _SEEN)
        asked = Question(said, class_code, 1)
        return decide(asked, {one: [holder] for one in said}).outcome


_NUMBER = Identifier(SERIAL, "CZ30|hp")
_CARD = Identifier(MAC, "3c:52:82:00:00:01")
_CALLED = Identifier(NAME, "payroll")


@pytest.mark.parametrize(
    ("rules", "shared", "outcome"),
    [
        ({}, _NUMBER, Outcome.MATCH),
        (ruled(laptop__serial={"weight": 50}), _NUMBER, Outcome.REVIEW),
        (ruled(laptop__serial={"weight": 5}), _NUMBER, Outcome.CREATE),
        (ruled(laptop__serial={"counts": False}), _NUMBER, Outcome.CREATE),
        # Of the classes below, too; the nearest class has the last word.
        (ruled(computer__serial={"counts": False}), _NUMBER, Outcome.CREATE),
        (
            ruled(computer__serial={"counts": False}, laptop__serial={"counts": True}),
            _NUMBER,
            Outcome.MATCH,
        ),
        (ruled(desktop__serial={"counts": False}), _NUMBER, Outcome.MATCH),
        ({}, _CALLED, Outcome.CREATE),
        (ruled(laptop__name={"alone": True, "weight": 70}), _CALLED, Outcome.MATCH),
        (ruled(laptop__mac={"weight": 30}), _CARD, Outcome.REVIEW),
    ],
)
def test_a_rule_of_a_class_says_what_its_evidence_is_worth(
    rules: Rules, shared: Identifier, outcome: Outcome
) -> None:
    assert decided(rules, LAPTOP, shared) is outcome


def test_attributes_of_a_class_identify_its_items_together() -> None:
    rules = ruled(rack__key={"keys": [["max_weight", "units"]]})
    with knowledge_standing(knowledge_with(model_with(shipped_model(), rules))):
        (key,) = evidence_of({"units": 42, "max_weight": " 900 KG "}, "rack")
        assert key == Identifier(KEY, "rack:900 kg|42")
        assert evidence_of({"units": 42}, "rack") == ()
        assert evidence_of({"units": 42, "max_weight": "9"}, "room") == ()


def test_the_shipped_keys_are_those_of_the_estate() -> None:
    (found,) = evidence_of({"provider": "AWS", "account_id": "12"}, "cloud_account")
    assert found.value == "cloud_account:aws|12"
    assert decided({}, "cloud_account", found) is Outcome.MATCH
    assert relevant(CONTAINER, [_NUMBER]) == ()


def test_a_value_taken_off_a_shipped_list_identifies() -> None:
    assert normalise(SERIAL, "System Product Name") is None
    exempt = frozenset({("text", "system product name")})
    with knowledge_standing(knowledge_with(shipped_model(), exempt)):
        assert normalise(SERIAL, "System Product Name") is not None
        assert normalise(SERIAL, "To be filled by O.E.M.") is None
    dock = Identifier(MAC, "00:50:b6:00:00:01")
    assert worth_of(dock, 1).why == "dock"
    with knowledge_standing(knowledge_with(shipped_model(), frozenset({("dock", "00:50:b6")}))):
        assert worth_of(dock, 1).why == "alone"


@pytest.mark.parametrize(
    ("code", "document", "named"),
    [
        ("nothing.mac", {"weight": 1}, "identity.nothing.mac"),
        ("laptop.colour", {"weight": 1}, "identity.laptop.colour"),
        ("laptop.mac", {"weight": 201}, "identity.laptop.mac.weight"),
        ("laptop.mac", {"weight": "much"}, "identity.laptop.mac.weight"),
        ("laptop.mac", {"counts": "no"}, "identity.laptop.mac.counts"),
        ("laptop.mac", {"most": 3}, "identity.laptop.mac.most"),
        ("laptop.mac", {"keys": [["name"]]}, "identity.laptop.mac.keys"),
        ("laptop.key", {"keys": [["colour"]]}, "identity.laptop.key.keys"),
        ("laptop.key", {"keys": [["name", "name"]]}, "identity.laptop.key.keys"),
        ("laptop.key", {"keys": "name"}, "identity.laptop.key.keys"),
        ("laptop", {}, "identity.laptop"),
    ],
)
def test_a_rule_that_does_not_fit_is_refused_by_its_field(
    code: str, document: dict[str, object], named: str
) -> None:
    with pytest.raises(InvalidModel) as refused:
        model_with(shipped_model(), {("identity", code): document})
    assert named in refused.value.fields


def test_rules_of_identity_are_written_to_the_file_and_read_back() -> None:
    rules = ruled(
        laptop__mac={"weight": 20, "alone": False},
        rack__key={"keys": [["units", "max_weight"], ["code"]]},
    )
    assert read_model_text(model_text(rules, 3)).entries == rules


def test_what_holds_for_all_is_untouched_by_a_rule_of_one_class() -> None:
    rules = ruled(laptop__serial={"weight": 1})
    known = knowledge_with(model_with(shipped_model(), rules))
    assert known.weights_of(DESKTOP)["serial"] == knowledge().weights["serial"]
    assert known.weights_of(BUSINESS_SERVICE)["serial"] == knowledge().weights["serial"]
