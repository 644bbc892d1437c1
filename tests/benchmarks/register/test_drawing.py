"""The estate that identity is measured on: drawn from a seed, at the field's rates, blind."""

import ast
from pathlib import Path

import pytest

from tests.benchmarks.register import faults
from tests.benchmarks.register.faults import reports, strike_at_birth, strike_between_rounds
from tests.benchmarks.register.glpi import RuleOrder
from tests.benchmarks.register.identity import score_identity
from tests.benchmarks.register.machines import Estate, Sighting, draw_estate

_BLIND = ("machines.py", "faults.py", "glpi.py")


def drawn(count: int) -> Estate:
    estate = draw_estate(count)
    strike_at_birth(estate)
    strike_between_rounds(estate)
    return estate


@pytest.mark.parametrize("name", _BLIND)
def test_the_generator_knows_nothing_of_how_identity_is_decided(name: str) -> None:
    source = Path(faults.__file__).with_name(name).read_text(encoding="utf-8")
    imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    modules = {node.module or "" for node in imports}
    assert not {module for module in modules if module.startswith(("cmdb", "server"))}


def test_faults_strike_at_the_rates_they_are_said_to() -> None:
    count = 20_000
    found = drawn(count).faults
    for fault, rate, spread in (
        ("cloned UUID", faults.CLONED_UUIDS, 0.2),
        ("rename", faults.RENAMES, 0.2),
        ("junk serial", faults.JUNK_SERIALS, 0.3),
        ("board swap", faults.BOARD_SWAPS, 0.3),
    ):
        assert found[fault] == pytest.approx(count * rate, rel=spread), fault


def test_the_same_seed_draws_the_same_reports() -> None:
    assert list(reports(drawn(300))) == list(reports(drawn(300)))


def test_the_baseline_takes_rules_in_their_order() -> None:
    rules = RuleOrder()

    def told(**claims: str) -> Sighting:
        said = tuple((kind, value, "") for kind, value in claims.items())
        return Sighting(0, "agent", "", 0, said)

    uuid, other = "00112233-4455-6677-8899-aabbccddeeff", "ffeeddcc-bbaa-9988-7766-554433221100"
    assert rules.take(told(name="a", serial="S1", uuid=uuid)) == (0, True)
    assert rules.take(told(name="b", serial="S1", uuid=uuid)) == (0, False)
    assert rules.take(told(name="b", serial="S1", uuid=other)) == (1, True)
    assert rules.take(told(name="c", serial="S1")) == (0, False)
    assert rules.take(told(name="c")) == (0, False)
    assert rules.take(told(name="d")) == (2, True)
    assert rules.take(told(serial="S1")) is None


def test_a_small_estate_is_told_apart_without_a_single_wrong_match() -> None:
    ours, theirs = score_identity(600)
    assert ours.wrong == 0
    assert ours.recall >= 0.99
    assert theirs.wrong > 0
