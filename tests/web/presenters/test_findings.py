"""What was found is told by the names of the model, not by its codes."""

import pytest

from cmdb.model import shipped_model
from tests.web.presenters.readers import reader
from web.presenters.findings import found_value, subject_text


@pytest.mark.parametrize(
    ("subject", "told"),
    [
        ("serial", "Serial number"),
        ("depends_on", "depends on"),
        ("power_supplies", "Power supplies"),
        ("something_else", "something else"),
    ],
)
def test_an_attribute_a_relation_and_a_section_have_names(subject: str, told: str) -> None:
    assert subject_text(shipped_model(), "server", subject, reader()) == told


def test_a_value_is_shown_as_on_the_items_own_page() -> None:
    assert found_value(shipped_model(), "server", "environment", "test", reader()) == "Test"
    assert found_value(shipped_model(), "server", "depends_on", True, reader()) == "yes"
    assert found_value(shipped_model(), "server", "serial", None, reader()) == ""
