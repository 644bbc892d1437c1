"""Tables come whole from polite devices, and come to an end with all others."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import pytest

from discovery.snmp.client import SnmpClient
from discovery.snmp.conversation import Conversation
from discovery.snmp.credentials import Community
from discovery.snmp.session import LimitReached, Limits, Oid, SnmpError
from discovery.snmp.tables import Table, read_table
from tests.discovery.conftest import Serve, recording
from tests.support.hostile_snmp import VICES, SmallAnswers, Stumbling, Vicious, endless_table
from tests.support.snmp_responder import Device, RecordedDevice

T = TypeVar("T")

_IF: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1)
_DESCRIPTION, _TYPE, _MTU, _SPEED = (*_IF, 2), (*_IF, 3), (*_IF, 4), (*_IF, 5)
_IFX: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
_NAME, _ALIAS = (*_IFX, 1), (*_IFX, 18)
_INTERFACES = [(1,), (5001,), (10101,), (10102,), (10601,), (10602,)]
_HOST = "127.77.2.1"


def talk(
    serve: Serve,
    device: Device,
    talking: Callable[[Conversation], Awaitable[T]],
    limits: Limits | None = None,
    version: str = "2c",
) -> T:
    port = serve({_HOST: device})

    async def run() -> T:
        async with SnmpClient() as client:
            bounds = limits or Limits(timeout_seconds=0.6, retries=0)
            session = client.session(_HOST, port, Community("public", version), bounds)
            return await talking(Conversation(session))

    return asyncio.run(run())


def read(*columns: Oid) -> Callable[[Conversation], Awaitable[Table]]:
    return lambda device: read_table(device, columns)


@pytest.mark.parametrize("version", ["1", "2c"])
def test_a_table_is_joined_by_index_over_all_its_columns(serve: Serve, version: str) -> None:
    columns = (_DESCRIPTION, _TYPE, _MTU, _SPEED, _NAME, _ALIAS)
    device = RecordedDevice(recording("stack-switch"))
    table = talk(serve, device, read(*columns), version=version)
    assert [index for index, _ in table] == _INTERFACES
    assert table.rows[(10601,)][_DESCRIPTION] == b"TenGigabitEthernet1/0/1"
    assert table.rows[(10601,)][_ALIAS] == b"Uplink core-1"
    assert not table.complaints


def test_answers_cut_at_any_place_lose_nothing(serve: Serve) -> None:
    whole = RecordedDevice(recording("stack-switch"))
    expected = talk(serve, whole, read(_DESCRIPTION, _TYPE, _NAME)).rows
    for size in (40, 100, 200):
        cut = RecordedDevice(recording("stack-switch"), max_bytes=size)
        assert talk(serve, cut, read(_DESCRIPTION, _TYPE, _NAME)).rows == expected


def test_a_column_with_holes_leaves_holes(serve: Serve) -> None:
    device = RecordedDevice(recording("odd-values"))
    table = talk(serve, device, read(_DESCRIPTION, _MTU))
    assert [_MTU in row for _, row in table] == [False, True, False, False]


def test_a_device_whose_large_answers_are_lost_is_asked_for_less(serve: Serve) -> None:
    device = SmallAnswers(recording("stack-switch"), most=8)

    async def both(conversation: Conversation) -> tuple[Table, int]:
        first = await read_table(conversation, (_DESCRIPTION, _TYPE))
        before = device.requests
        await read_table(conversation, (_NAME, _ALIAS))
        return first, device.requests - before

    table, later_requests = talk(serve, device, both)
    assert [index for index, _ in table] == _INTERFACES
    assert later_requests <= 4  # what was learnt holds for the next table: no answer is lost


def test_a_device_that_stumbles_over_a_column_is_asked_for_the_others(serve: Serve) -> None:
    device = Stumbling(recording("stack-switch"), column=_TYPE)
    table = talk(serve, device, read(_DESCRIPTION, _TYPE, _MTU))
    assert [index for index, _ in table] == _INTERFACES
    assert all(_TYPE not in row for row in table.rows.values())
    assert "error status 5" in table.complaints[0]
    assert not table.cut_short


@pytest.mark.parametrize("vice", VICES)
def test_reading_ends_whatever_the_device_does(serve: Serve, vice: str) -> None:
    limits = Limits(timeout_seconds=0.1, retries=0, max_rows=200)

    async def try_to_read(device: Conversation) -> tuple[int, Sequence[str]]:
        try:
            table = await read_table(device, (_DESCRIPTION, _TYPE))
        except SnmpError as error:
            return 0, [str(error)]
        return len(table), table.complaints

    started = time.monotonic()
    rows, complaints = talk(serve, Vicious(vice=VICES[vice]), try_to_read, limits)
    assert time.monotonic() - started < 15
    assert rows <= limits.max_rows
    assert complaints or vice == "huge_values"


def test_an_endless_table_stops_at_the_bound_and_says_so(serve: Serve) -> None:
    limits = Limits(timeout_seconds=1, max_rows=300)
    table = talk(serve, Vicious(vice=endless_table), read(_DESCRIPTION), limits)
    assert len(table) == 300
    assert table.complaints == ["stopped after 300 rows of 1.3.6.1.2.1.2.2.1.2"]


def test_a_device_with_too_many_variables_is_stopped(serve: Serve) -> None:
    limits = Limits(timeout_seconds=1, max_variables=100)
    table = talk(serve, Vicious(vice=endless_table), read(_DESCRIPTION), limits)
    assert table.cut_short
    assert "variables of this device" in table.complaints[0]


def test_after_its_time_a_device_is_not_asked_again(serve: Serve) -> None:
    async def late(device: Conversation) -> None:
        spent = Conversation(device, deadline=time.monotonic())
        with pytest.raises(LimitReached):
            await spent.get([_DESCRIPTION])

    talk(serve, RecordedDevice(recording("ups")), late)
