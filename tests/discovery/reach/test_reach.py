"""Whether a host is there, what listens, which way leads to it, and what it is called."""

import socket

import pytest

from discovery.reach.checking import check
from discovery.reach.port import knock
from discovery.reach.values import Echoes, Names, PortState, Route
from tests.support.processes import free_port


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_host_that_is_there_answers_every_echo(address: str) -> None:
    answer = check("ping", address)
    assert isinstance(answer, Echoes)
    assert (answer.sent, len(answer.milliseconds)) == (4, 4)
    assert all(one >= 0 for one in answer.milliseconds)


def test_a_port_is_open_closed_or_silent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        answer = check("tcp", "127.0.0.1", port)
        assert isinstance(answer, PortState)
        assert answer.state == "open"
        assert answer.milliseconds is not None
    assert knock("127.0.0.1", free_port()).state == "closed"


def test_a_port_whose_machine_says_nothing_is_silent() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as busy:
        # Nobody takes calls off the queue; once it is full, the kernel answers no more.
        waiting = []
        port = busy.getsockname()[1]
        for _ in range(4):
            caller = socket.socket()
            caller.setblocking(False)
            caller.connect_ex(("127.0.0.1", port))
            waiting.append(caller)
        assert knock("127.0.0.1", port, timeout_seconds=0.3).state == "silent"
        for caller in waiting:
            caller.close()


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_the_way_to_this_machine_has_one_station(address: str) -> None:
    answer = check("route", address)
    assert isinstance(answer, Route)
    assert answer.reached
    assert [hop.address for hop in answer.hops] == [address]


def test_the_name_of_this_machine_leads_back_to_it() -> None:
    answer = check("names", "127.0.0.1")
    assert isinstance(answer, Names)
    assert answer.name
    assert answer.agree
