"""Which ways lead out of a machine: routes and name servers."""

from pathlib import Path

from agent.collectors import dns, routes
from tests.agent.recordings import made_of


def test_routes_over_gateways_are_told_in_words_of_people(tmp_path: Path) -> None:
    machine = made_of(
        tmp_path,
        "/proc/net/route <<",
        "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT",
        "eth0\t00000000\t0100A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0",
        "eth0\t0000A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0",
        "eth0\t0000000A\t0200A8C0\t0003\t0\t0\t0\t000000FF\t0\t0\t0",
        ">>",
        "/proc/net/ipv6_route <<",
        f"{'0' * 32} 00 {'0' * 32} 00 fe80{'0' * 27}1 00000400 1 0 00000003 eth0",
        f"fd{'0' * 30} 08 {'0' * 32} 00 {'0' * 32} 00000100 1 0 00000001 eth0",
        ">>",
    )
    assert [(row["name"], row["interface"], row["metric"]) for row in routes.collect(machine)] == [
        ("default via 192.168.0.1", "eth0", 100),
        ("10.0.0.0/8 via 192.168.0.2", "eth0", 0),
        ("default via fe80::1", "eth0", 1024),
    ]


def test_behind_a_stub_the_servers_it_asks_are_told(tmp_path: Path) -> None:
    machine = made_of(
        tmp_path,
        "/etc/resolv.conf = nameserver 127.0.0.53",
        "/run/systemd/resolve/resolv.conf <<",
        "nameserver 192.0.2.53",
        "search example.test corp.test",
        ">>",
    )
    assert [(row["name"], row["kind"]) for row in dns.collect(machine)] == [
        ("192.0.2.53", "server"),
        ("example.test", "search"),
        ("corp.test", "search"),
    ]
