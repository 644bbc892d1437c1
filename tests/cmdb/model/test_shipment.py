"""The shipped model holds what code names, in every language, and fits together."""

import pickle
from collections.abc import Iterator

import pytest

from cmdb import vocabulary
from cmdb.model import FIRST_RUNTIME_ID, ValueType, shipped_model
from cmdb.model.tree import MAX_DEPTH
from cmdb.model.values import Labels

MODEL = shipped_model()

NAMED_CLASSES = {
    vocabulary.ITEM,
    vocabulary.COMPUTER,
    vocabulary.SERVER,
    vocabulary.HYPERVISOR,
    vocabulary.VIRTUAL_MACHINE,
    vocabulary.CONTAINER,
    vocabulary.DESKTOP,
    vocabulary.LAPTOP,
    vocabulary.NETWORK_DEVICE,
    vocabulary.ROUTER,
    vocabulary.SWITCH,
    vocabulary.FIREWALL,
    vocabulary.ACCESS_POINT,
    vocabulary.PRINTER,
    vocabulary.SOFTWARE_COMPONENT,
    vocabulary.DATABASE_INSTANCE,
    vocabulary.BUSINESS_SERVICE,
    vocabulary.SERVICE,
    vocabulary.SITE,
}
NAMED_RELATIONS = {
    vocabulary.DEPENDS_ON,
    vocabulary.RUNS_ON,
    vocabulary.HOSTED_ON,
    vocabulary.LOCATED_IN,
    vocabulary.CONNECTS_TO,
}


def every_label() -> Iterator[tuple[str, Labels]]:
    for item_class in MODEL.classes:
        yield f"class {item_class.code}", item_class.labels
    for attribute in MODEL.attributes:
        yield f"attribute {attribute.class_code}.{attribute.code}", attribute.labels
        for choice in attribute.choices:
            yield f"choice {attribute.code}.{choice.code}", choice.labels
    for kind in MODEL.relation_types:
        yield f"relation {kind.code}", kind.labels
        yield f"reverse of {kind.code}", kind.reverse_labels


def test_what_the_code_names_is_shipped() -> None:
    assert {item_class.code for item_class in MODEL.classes} >= NAMED_CLASSES
    assert {kind.code for kind in MODEL.relation_types} >= NAMED_RELATIONS


def test_the_choices_of_stage_and_environment_are_those_of_the_vocabulary() -> None:
    stage = MODEL.attribute("stage", "item")
    environment = MODEL.attribute("environment", "item")
    assert [choice.code for choice in stage.choices] == list(vocabulary.LifeStage)
    assert [choice.code for choice in environment.choices] == list(vocabulary.Environment)


def test_criticality_spans_the_tiers_of_the_vocabulary() -> None:
    criticality = MODEL.attribute("criticality", "item")
    assert criticality.type is ValueType.INTEGER
    assert (criticality.minimum, criticality.maximum) == (
        min(vocabulary.Criticality),
        max(vocabulary.Criticality),
    )


def test_every_label_is_there_in_english_spanish_and_russian() -> None:
    incomplete = [
        what
        for what, labels in every_label()
        if set(labels) != {"en", "es", "ru"}
        or not all(text and text == text.strip() for text in labels.values())
    ]
    assert incomplete == []


def test_russian_labels_are_in_russian_but_for_names_nobody_translates() -> None:
    latin = {labels["ru"] for _, labels in every_label() if labels["ru"].isascii()}
    assert latin == {"IMEI", "MTU", "VLAN", "TCP", "UDP", "SCTP", "REST", "GraphQL", "gRPC", "SOAP"}


def test_spanish_labels_are_in_spanish_but_for_words_both_languages_share() -> None:
    same = {labels["es"] for _, labels in every_label() if labels["es"] == labels["en"]}
    assert same == {"Alias", "Diagonal", "Monitor", "Software", "VLAN"} | {
        *("IMEI", "MTU", "TCP", "UDP", "SCTP", "REST", "GraphQL", "gRPC", "SOAP")
    }


def test_a_form_never_shows_the_same_label_twice() -> None:
    for item_class in MODEL.classes:
        for language in ("en", "es", "ru"):
            labels = [entry.labels[language] for entry in MODEL.attributes_of(item_class.code)]
            assert len(set(labels)) == len(labels), (item_class.code, language)


def test_the_model_travels_to_another_process() -> None:
    copy = pickle.loads(pickle.dumps(MODEL))  # noqa: S301 - pickled on the line itself
    assert copy.attributes == MODEL.attributes
    assert copy.suggested_relations("server", "rack") == MODEL.suggested_relations("server", "rack")


def test_labels_of_classes_differ_within_each_language() -> None:
    for language in ("en", "es", "ru"):
        labels = [item_class.labels[language] for item_class in MODEL.classes]
        assert len(set(labels)) == len(labels)


def test_a_class_stands_after_its_parent_and_not_too_deep() -> None:
    seen: set[str] = set()
    for item_class in MODEL.classes:
        assert item_class.parent is None or item_class.parent in seen
        assert len(MODEL.ancestors(item_class.code)) <= MAX_DEPTH
        seen.add(item_class.code)


def test_shipped_attribute_ids_stay_below_those_of_run_time() -> None:
    assert all(0 < attribute.id < FIRST_RUNTIME_ID for attribute in MODEL.attributes)


def test_attribute_ids_that_stand_in_stored_rows_have_not_moved() -> None:
    known = {
        ("item", "name"): 1,
        ("item", "location"): 8,
        ("software_component", "product"): 210,
        ("device", "fqdn"): 300,
        ("device", "os_version"): 305,
        ("computer", "cpu_model"): 400,
        ("computer", "memory_bytes"): 406,
        ("network_device", "base_mac"): 501,
        ("site", "city"): 902,
    }
    found = {key: MODEL.attribute(key[1], key[0]).id for key in known}
    assert found == known


def test_every_suggestion_is_something_the_relationship_type_allows() -> None:
    wrong = [
        entry
        for entry in MODEL.suggestions
        if not MODEL.allows(entry.relation, entry.start, entry.end)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("code", "provider", "strength"),
    [
        ("depends_on", "end", "hard"),
        ("runs_on", "end", "hard"),
        ("hosted_on", "end", "hard"),
        ("member_of", "start", "soft"),
        ("contains", "start", "hard"),
        ("delivers", "start", "hard"),
        ("sends_data_to", "start", "soft"),
        ("powered_by", "end", "hard"),
        ("attached_to", "end", "soft"),
    ],
)
def test_a_failure_travels_from_the_provider(code: str, provider: str, strength: str) -> None:
    kind = MODEL.relation_type(code)
    assert (kind.provider, kind.strength) == (provider, strength)


@pytest.mark.parametrize(
    "code", ["connects_to", "realises", "replicates_to", "backed_up_by", "monitored_by", "same_as"]
)
def test_some_relationships_carry_no_failure(code: str) -> None:
    kind = MODEL.relation_type(code)
    assert kind.provider is None
    assert kind.dependant is None


def test_only_discovery_writes_uplinks_and_routes() -> None:
    derived = {kind.code for kind in MODEL.relation_types if kind.derived_only}
    assert derived == {"uplinks_to", "routes_via"}


def test_containment_is_without_circles() -> None:
    assert MODEL.relation_type("contains").acyclic
    assert MODEL.relation_type("located_in").acyclic
    assert not MODEL.relation_type("depends_on").acyclic
