"""What is out of sight does not exist, by whatever number it is asked for."""

import pytest

from tests.contract.conftest import kit
from tests.contract.endpoints import ENDPOINTS, Endpoint
from tests.contract.kit import Kit

__all__ = ["kit"]

_NAMED = [e for e in ENDPOINTS if "<" in e.rule and not e.of_nobody]


@pytest.mark.parametrize("endpoint", _NAMED[:: max(1, len(_NAMED) // 40)], ids=str)
def test_a_number_of_another_organisation_is_not_found(kit: Kit, endpoint: Endpoint) -> None:
    things = {**kit.world.inside}
    things |= {name: kit.world.hidden[name] for name in endpoint.named_things(kit.world.hidden)}
    assert kit.ask(endpoint, kit.world.cast.insider, things).status_code == 404
    assert kit.count_rows() == kit.prepared_rows
