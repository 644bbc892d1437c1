"""No expression of ours takes long over a hostile text."""

import importlib
import pkgutil
import re
import signal
from collections.abc import Iterator
from types import FrameType, ModuleType
from typing import NoReturn

import pytest

import cmdb
import discovery
import server
import web

#: Processor seconds; an expression whose time grows with the square of the text takes minutes.
_PATIENCE = 2.0
_SIZE = 20_000
_UNITS = ("a", "0", " ", "=", "\\", "a ", "a=", "\t", ".", ",", "-", "aA0_", "\\2c", "x,", "(", "[")


class _TooSlow(Exception):
    """The text took too long."""


def _modules() -> Iterator[ModuleType]:
    for package in (cmdb, discovery, server, web):
        yield package
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "server.migrations" not in found.name and not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


def _expressions() -> dict[str, re.Pattern[str]]:
    return {
        f"{module.__name__}.{name}": value
        for module in _modules()
        for name, value in vars(module).items()
        if isinstance(value, re.Pattern) and isinstance(value.pattern, str)
    }


def _ring(_number: int, _frame: FrameType | None) -> NoReturn:
    raise _TooSlow


def test_every_expression_is_done_in_time_with_every_text() -> None:
    expressions = _expressions()
    assert len(expressions) > 20
    former = signal.signal(signal.SIGVTALRM, _ring)
    slow = []
    try:
        for name, expression in expressions.items():
            signal.setitimer(signal.ITIMER_VIRTUAL, _PATIENCE)
            try:
                for unit in _UNITS:
                    text = unit * (_SIZE // len(unit)) + "\x00!"
                    expression.fullmatch(text)
                    expression.match(text)
            except _TooSlow:
                slow.append(name)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, former)
    assert slow == []


@pytest.mark.parametrize("stars", [1, 10, 200])
def test_patterns_of_directory_rules_take_no_longer_for_more_stars(stars: int) -> None:
    from server.people.rules.group_rules import fits  # noqa: PLC0415 - the defect is planted first

    assert not fits("a*" * stars + "b", "a" * 100_000, "cn=x")
