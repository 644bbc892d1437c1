"""Asking a model: classes, what they inherit, and what may relate to what."""

import pytest

from cmdb.errors import InvalidValue
from cmdb.model import (
    Attribute,
    ItemClass,
    Model,
    RelationType,
    Suggestion,
    UnknownAttribute,
    UnknownClass,
    UnknownRelationType,
    ValueType,
    shipped_model,
)
from cmdb.vocabulary import AttributeCode, ClassCode, RelationTypeCode

MODEL = shipped_model()


def rocket_class(code: str = "rocket", parent: str = "device") -> ItemClass:
    return ItemClass(ClassCode(code), ClassCode(parent), {"en": "Rocket"}, icon="rocket")


def thrust(class_code: str = "rocket") -> Attribute:
    return Attribute(
        10_000, AttributeCode("thrust"), ClassCode(class_code), ValueType.DECIMAL, {"en": "Thrust"}
    )


def test_a_class_is_itself_and_what_stands_above_it() -> None:
    assert MODEL.ancestors("hypervisor") == ("server", "computer", "device", "item")
    assert MODEL.is_a("hypervisor", "hypervisor")
    assert MODEL.is_a("hypervisor", "item")
    assert not MODEL.is_a("server", "hypervisor")


def test_descendants_include_the_class_itself() -> None:
    assert MODEL.descendants("server") == {"server", "hypervisor"}
    assert MODEL.descendants("item") == {item_class.code for item_class in MODEL.classes}


def test_attributes_are_inherited_the_roots_first() -> None:
    codes = [str(attribute.code) for attribute in MODEL.attributes_of("hypervisor")]
    assert codes[0] == "name"
    assert codes.index("os_version") < codes.index("cpu_cores") < codes.index("hypervisor_product")
    assert MODEL.attribute("cpu_cores", "hypervisor") is MODEL.attribute("cpu_cores", "computer")


def test_an_attribute_of_another_branch_is_not_found() -> None:
    assert MODEL.find_attribute("cpu_cores", "switch") is None
    assert MODEL.find_attribute("cpu_cores", "spaceship") is None


def test_an_attribute_is_found_by_its_id() -> None:
    cores = MODEL.attribute("cpu_cores", "server")
    assert MODEL.attribute_by_id(cores.id) is cores
    assert MODEL.attribute_by_id(9_999) is None


def test_one_word_may_name_attributes_of_classes_that_share_no_parent() -> None:
    owners = {attribute.class_code for attribute in MODEL.attributes_named("version")}
    assert {"software_item", "compute_cluster"} <= owners
    assert MODEL.attributes_named("thrust") == ()


def test_an_unknown_class_says_which_field_is_wrong() -> None:
    with pytest.raises(UnknownClass) as caught:
        MODEL.item_class("spaceship")
    assert caught.value.fields == {"class": "there is no class 'spaceship'"}
    assert MODEL.find_class("spaceship") is None


def test_every_question_about_an_unknown_class_is_refused() -> None:
    for ask in (MODEL.ancestors, MODEL.descendants, MODEL.attributes_of):
        with pytest.raises(UnknownClass):
            ask("spaceship")
    with pytest.raises(UnknownClass):
        MODEL.is_a("spaceship", "item")
    with pytest.raises(UnknownClass):
        MODEL.is_a("server", "spaceship")


def test_an_unknown_attribute_is_named() -> None:
    with pytest.raises(UnknownAttribute) as caught:
        MODEL.attribute("wings", "server")
    assert caught.value.fields == {"wings": "the class 'server' has no such attribute"}


def test_an_unknown_relationship_type_is_named() -> None:
    with pytest.raises(UnknownRelationType) as caught:
        MODEL.relation_type("admires")
    assert caught.value.fields == {"type": "there is no relationship type 'admires'"}
    assert MODEL.find_relation_type("admires") is None
    assert not MODEL.allows("admires", "server", "server")


@pytest.mark.parametrize(
    ("code", "start", "end", "allowed"),
    [
        ("located_in", "laptop", "room", True),
        ("located_in", "laptop", "switch", False),
        ("runs_on", "database_instance", "virtual_machine", True),
        ("runs_on", "site", "virtual_machine", False),
        ("secured_by", "endpoint", "certificate", True),
        ("secured_by", "endpoint", "server", False),
        ("depends_on", "business_service", "power_feed", True),
        ("depends_on", "business_service", "spaceship", False),
    ],
)
def test_a_relationship_type_joins_only_the_classes_it_is_meant_for(
    *, code: str, start: str, end: str, allowed: bool
) -> None:
    assert MODEL.allows(code, start, end) is allowed


def test_suggestions_are_inherited_the_nearest_first() -> None:
    codes = [kind.code for kind in MODEL.suggested_relations("virtual_machine", "hypervisor")]
    assert codes == ["hosted_on", "depends_on", "replaces"]


def test_a_type_suggested_twice_is_offered_once() -> None:
    codes = [kind.code for kind in MODEL.suggested_relations("server", "rack")]
    assert codes == ["located_in"]


def test_nothing_is_suggested_where_nothing_fits() -> None:
    assert MODEL.suggested_relations("certificate", "monitor") == ()
    with pytest.raises(UnknownClass):
        MODEL.suggested_relations("certificate", "spaceship")


def test_labels_come_in_the_readers_language_and_fall_back_to_english() -> None:
    server = MODEL.item_class("server")
    runs_on = MODEL.relation_type("runs_on")
    assert MODEL.label(server, "ru") == "Сервер"
    assert MODEL.label(server, "es_MX") == "Servidor"
    assert MODEL.label(server, "fi") == "Server"
    assert (MODEL.label(runs_on), MODEL.reverse_label(runs_on)) == ("runs on", "runs")


def test_without_any_label_the_code_speaks() -> None:
    nameless = ItemClass(ClassCode("rocket"), ClassCode("device"), {})
    assert MODEL.label(nameless, "es") == "rocket"


def test_a_model_can_be_extended_and_the_old_one_stays_as_it_was() -> None:
    carries = RelationType(
        RelationTypeCode("carries"),
        {"en": "carries"},
        {"en": "is carried by"},
        provider="start",
        starts=(ClassCode("rocket"),),
    )
    suggestion = Suggestion(ClassCode("rocket"), RelationTypeCode("carries"), ClassCode("device"))
    larger = MODEL.extended([rocket_class()], [thrust()], [carries], [suggestion])
    assert larger.is_a("rocket", "device")
    assert larger.attribute("thrust", "rocket").id == 10_000
    assert larger.attribute("fqdn", "rocket") is MODEL.attribute("fqdn", "server")
    assert larger.allows("carries", "rocket", "camera")
    assert not larger.allows("carries", "server", "camera")
    assert larger.allows("depends_on", "business_service", "rocket")
    assert larger.suggested_relations("rocket", "camera")[0] is carries
    assert MODEL.find_class("rocket") is None


def test_an_extension_may_add_an_attribute_to_a_shipped_class() -> None:
    larger = MODEL.extended(attributes=[thrust("device")])
    assert larger.find_attribute("thrust", "hypervisor") is not None
    assert larger.find_attribute("thrust", "site") is None


def problems_of(**more: object) -> dict[str, str]:
    with pytest.raises(InvalidValue) as caught:
        MODEL.extended(**more)  # type: ignore[arg-type]  # each test passes lists of the right kind
    return caught.value.fields


def test_a_class_needs_a_parent_that_exists() -> None:
    fields = problems_of(classes=[rocket_class(parent="spaceship")])
    assert fields == {"class.rocket": "its parent 'spaceship' does not exist"}


def test_a_class_stands_at_most_four_steps_below_the_root() -> None:
    assert "class.rocket" in problems_of(classes=[rocket_class(parent="hypervisor")])


def test_a_class_cannot_stand_above_itself() -> None:
    circle = [rocket_class("chicken", "egg"), rocket_class("egg", "chicken")]
    assert set(problems_of(classes=circle)) == {"class.chicken", "class.egg"}


def test_there_is_exactly_one_root() -> None:
    second = ItemClass(ClassCode("thing"), None, {"en": "Thing"})
    assert "class" in problems_of(classes=[second])
    with pytest.raises(InvalidValue, match="exactly one class has no parent; here: none"):
        Model([], [], [])


def test_codes_are_words_of_the_query_language() -> None:
    assert set(problems_of(classes=[rocket_class("My Rocket")])) == {"class.My Rocket"}


def test_a_code_is_given_once() -> None:
    assert "class.server" in problems_of(classes=[rocket_class("server")])
    again = MODEL.relation_type("runs_on")
    assert "relation.runs_on" in problems_of(relation_types=[again])


def test_an_attribute_cannot_hide_an_inherited_one() -> None:
    hiding = Attribute(
        10_001, AttributeCode("fqdn"), ClassCode("server"), ValueType.TEXT, {"en": "Name"}
    )
    fields = problems_of(attributes=[hiding])
    assert fields == {"attribute.server.fqdn": "the class inherits this code from 'device'"}


def test_an_attribute_cannot_be_hidden_by_adding_the_same_above() -> None:
    above = Attribute(
        10_001, AttributeCode("cpu_cores"), ClassCode("item"), ValueType.INTEGER, {"en": "Cores"}
    )
    assert set(problems_of(attributes=[above])) == {"attribute.computer.cpu_cores"}


def test_an_attribute_id_is_used_once() -> None:
    twin = Attribute(1, AttributeCode("twin"), ClassCode("item"), ValueType.TEXT, {"en": "Twin"})
    assert problems_of(attributes=[twin]) == {"attribute.item.twin": "its id 1 is taken"}


def test_a_choice_needs_choices_and_nothing_else_has_them() -> None:
    bare = Attribute(10_001, AttributeCode("mood"), ClassCode("item"), ValueType.CHOICE, {})
    assert "choices" in problems_of(attributes=[bare])["attribute.item.mood"]


def test_json_cannot_be_searched() -> None:
    blob = Attribute(10_001, AttributeCode("blob"), ClassCode("item"), ValueType.JSON, {})
    assert problems_of(attributes=[blob]) == {"attribute.item.blob": "JSON is not searchable"}


def test_a_reference_points_at_a_class_that_exists() -> None:
    lost = Attribute(
        10_001,
        AttributeCode("pad"),
        ClassCode("item"),
        ValueType.REFERENCE,
        {},
        target=ClassCode("moon"),
    )
    assert "'moon'" in problems_of(attributes=[lost])["attribute.item.pad"]


def test_a_relationship_type_names_classes_that_exist() -> None:
    orbits = RelationType(RelationTypeCode("orbits"), {}, {}, ends=(ClassCode("moon"),))
    fields = problems_of(relation_types=[orbits])
    assert fields == {"relation.orbits": "there is no class 'moon'"}


def test_a_suggestion_names_what_exists() -> None:
    lost = Suggestion(ClassCode("server"), RelationTypeCode("orbits"), ClassCode("server"))
    fields = problems_of(suggestions=[lost])
    assert fields == {"suggestion.server.orbits.server": "there is no relationship type 'orbits'"}
