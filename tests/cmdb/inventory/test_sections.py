"""Lists of facts: replaced as a whole, compared member by member, told to history sparingly."""

from typing import Any

from sqlalchemy import event

from cmdb.inventory.outcomes import Outcome
from cmdb.inventory.sections import MEMBER_ROWS
from cmdb.observation import Section
from cmdb.records.facts import (
    Address,
    Connection,
    FactSection,
    Installation,
    Interface,
    Listener,
    SoftwareProduct,
    SoftwareRelease,
)
from cmdb.records.sources import ItemSource
from tests.cmdb.engine.machines import rack_server
from tests.cmdb.inventory.register import Register, packages, section


def installed(register: Register, item_id: int) -> set[tuple[str, str]]:
    names = {row.id: row.name for row in register.rows(SoftwareProduct)}
    releases = {
        row.id: (names[row.product_id], row.version) for row in register.rows(SoftwareRelease)
    }
    rows = register.rows(Installation, Installation.item_id == item_id)
    return {releases[row.release_id] for row in rows}


def send(register: Register, *sections: Section, number: int = 1) -> Any:
    (recorded,) = register.record(register.agent(rack_server(number), sections=sections))
    return recorded


# Digests


def test_an_unchanged_digest_is_not_even_compared(register: Register) -> None:
    item_id = send(register, section("disks", [{"name": "sda"}], "d1")).item_id
    send(register, section("disks", [{"name": "other"}], "d1"))
    (stored,) = register.rows(FactSection)
    assert stored.rows == [{"name": "sda"}]
    assert len(register.history(item_id)) == 1


def test_an_unknown_digest_without_rows_is_asked_for_again(register: Register) -> None:
    send(register, section("disks", [{"name": "sda"}], "d1"))
    recorded = send(register, section("disks", None, "d2"), section("cpus", None, "c1"))
    assert recorded.resend == ("disks", "cpus")
    (source,) = register.rows(ItemSource)
    assert source.digests == {"disks": "d1"}


def test_a_folded_section_keeps_only_its_digest(register: Register) -> None:
    recorded = send(register, Section("os", "o1", (), folded=True))
    assert recorded.resend == ()
    (source,) = register.rows(ItemSource)
    assert source.digests == {"os": "o1"}
    assert register.rows(FactSection) == []
    assert send(register, Section("os", "o2", None, folded=True)).resend == ("os",)


def test_an_unchanged_report_with_every_digest_reads_no_table_of_facts(register: Register) -> None:
    sections = [packages(bash="5"), section("disks", [{"name": "sda"}])]
    send(register, *sections)
    statements: list[str] = []

    def note(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        statements.append(sql)

    event.listen(register.database.engine, "before_cursor_execute", note)
    send(register, *(Section(s.name, s.digest, None) for s in sections))
    facts = ("installation", "fact_section", "software_", "interface", "listener")
    assert [sql for sql in statements if any(table in sql for table in facts)] == []


# History


def test_each_change_of_a_member_is_one_row(register: Register) -> None:
    first = [{"name": "sda", "size": 1}, {"name": "sdb", "size": 2}]
    item_id = send(register, section("disks", first)).item_id
    recorded = send(
        register, section("disks", [{"name": "sda", "size": 9}, {"name": "sdc", "size": 3}])
    )
    assert recorded.outcome is Outcome.UPDATED
    assert register.history(item_id)[1:] == [
        ("section", "disks", {"member": "sdc", "new": {"name": "sdc", "size": 3}}),
        ("section", "disks", {"member": "sdb", "old": {"name": "sdb", "size": 2}}),
        (
            "section",
            "disks",
            {
                "member": "sda",
                "old": {"name": "sda", "size": 1},
                "new": {"name": "sda", "size": 9},
            },
        ),
    ]


def test_a_new_section_of_a_known_item_is_one_row(register: Register) -> None:
    item_id = send(register).item_id
    send(register, packages(**{f"package{n}": "1" for n in range(300)}))
    assert register.history(item_id)[1:] == [("section", "software", {"first": 300})]


def test_a_fresh_agent_on_a_known_machine_tells_only_what_differs(register: Register) -> None:
    item_id = send(register, packages(bash="5", vim="9")).item_id
    again = rack_server(1).but(agent_id="a-fresh-agent-id")
    register.record(register.agent(again, sections=(packages(bash="6", vim="9"),)))
    assert register.history(item_id)[1:] == [
        ("section", "software", {"member": "bash", "old": "5", "new": "6"})
    ]


def test_up_to_two_hundred_changes_are_told_one_by_one(register: Register) -> None:
    item_id = send(register, packages(bash="5")).item_id
    many = {f"package{n}": "1" for n in range(MEMBER_ROWS)}
    send(register, packages(bash="5", **many))
    assert len(register.history(item_id)) == 1 + MEMBER_ROWS


def test_more_changes_are_one_row_with_the_difference_attached(register: Register) -> None:
    item_id = send(register, packages(bash="5", gone="1")).item_id
    many = {f"package{n}": "1" for n in range(MEMBER_ROWS)}
    send(register, packages(bash="6", **many))
    ((kind, subject, detail),) = register.history(item_id)[1:]
    assert (kind, subject) == ("section", "software")
    assert len(detail["added"]) == MEMBER_ROWS
    assert (detail["removed"], detail["changed"]) == (["gone"], ["bash"])


def test_the_order_of_rows_is_no_difference(register: Register) -> None:
    modules = [{"slot": "A1", "size": 8}, {"slot": "A2", "size": 8}, {"size": 4}]
    item_id = send(register, section("memory", modules)).item_id
    assert send(register, section("memory", modules[::-1])).outcome is Outcome.UNCHANGED
    assert len(register.history(item_id)) == 1


# Software


def test_an_upgrade_is_one_change(register: Register) -> None:
    item_id = send(register, packages(bash="5.1", vim="9", nano="7")).item_id
    send(register, packages(bash="5.2", vim="9"))
    assert installed(register, item_id) == {("bash", "5.2"), ("vim", "9")}
    assert [detail for _, _, detail in register.history(item_id)[1:]] == [
        {"member": "nano", "old": "7"},
        {"member": "bash", "old": "5.1", "new": "5.2"},
    ]


def test_the_catalogue_knows_a_release_once_however_many_have_it(register: Register) -> None:
    for number in (1, 2, 3):
        send(register, packages(bash="5.1", vim="9"), number=number)
    assert len(register.rows(SoftwareProduct)) == 2
    assert len(register.rows(SoftwareRelease)) == 2
    assert len(register.rows(Installation)) == 6


def test_two_versions_side_by_side_are_two_packages(register: Register) -> None:
    kernels = [("deb", "linux-image", version, "amd64") for version in ("6.1", "6.5")]
    item_id = send(register, section("software", kernels)).item_id
    newer = [("deb", "linux-image", version, "amd64") for version in ("6.5", "6.9")]
    send(register, section("software", newer))
    assert installed(register, item_id) == {("linux-image", "6.5"), ("linux-image", "6.9")}
    assert register.history(item_id)[-1][2] == {
        "member": "linux-image",
        "old": "6.1",
        "new": "6.9",
    }


def test_each_source_has_a_list_of_its_own(register: Register) -> None:
    item_id = send(register, packages(bash="5.1")).item_id
    walked = register.says(
        "snmp",
        "192.0.2.1",
        identifiers=rack_server(1).evidence(),
        sections=(packages(vim="9"),),
    )
    register.record(walked)
    assert installed(register, item_id) == {("bash", "5.1"), ("vim", "9")}
    send(register, section("software", []))
    assert installed(register, item_id) == {("vim", "9")}


def test_package_rows_without_a_name_or_of_another_shape_are_passed_over(
    register: Register,
) -> None:
    rows = [("deb", "", "1", ""), ("", "x", "1", ""), ("deb", "x"), "deb", None, 7, {"name": "y"}]
    item_id = send(register, section("software", [*rows, ("deb", "bash", None, None)])).item_id
    assert installed(register, item_id) == {("bash", "")}


# Network


def network(register: Register) -> dict[str, list[str]]:
    names = {row.id: row.name for row in register.rows(Interface)}
    found: dict[str, list[str]] = {name: [] for name in names.values()}
    for row in register.rows(Address):
        found[names[row.interface_id]].append(f"{row.address}/{row.prefix_length}")
    return found


def eth(name: str, *addresses: str, **fields: Any) -> dict[str, Any]:
    given = [
        {"address": address.partition("/")[0], "prefix_length": int(address.partition("/")[2])}
        for address in addresses
    ]
    return {"name": name, "addresses": given, **fields}


def test_interfaces_keep_their_rows_and_their_addresses_follow(register: Register) -> None:
    first = [eth("eth0", "192.0.2.1/24", mtu=1500), eth("eth1", "2001:DB8::1/64")]
    item_id = send(register, section("interfaces", first)).item_id
    assert network(register) == {"eth0": ["192.0.2.1/24"], "eth1": ["2001:db8::1/64"]}
    ids = {row.name: row.id for row in register.rows(Interface)}
    second = [eth("eth0", "192.0.2.1/24", "192.0.2.9/24", mtu=9000), eth("wlan0")]
    send(register, section("interfaces", second))
    assert network(register) == {"eth0": ["192.0.2.1/24", "192.0.2.9/24"], "wlan0": []}
    rows = {row.name: row for row in register.rows(Interface)}
    assert (rows["eth0"].id, rows["eth0"].mtu) == (ids["eth0"], 9000)
    told = {detail["member"] for _, _, detail in register.history(item_id)[1:]}
    assert told == {"eth0", "eth1", "wlan0"}


def test_addresses_are_kept_in_one_spelling_and_junk_is_passed_over(register: Register) -> None:
    odd = [
        {"address": "FE80::1%eth0", "prefix_length": 64},
        {"address": "::ffff:192.0.2.7", "prefix_length": 200},
        {"address": "not an address"},
        {"address": None},
        "192.0.2.8",
    ]
    interfaces = [{"name": "eth0", "addresses": odd}, {"name": "eth1", "addresses": "?"}, {}]
    send(register, section("interfaces", interfaces))
    assert network(register) == {"eth0": ["192.0.2.7/32", "fe80::1/64"], "eth1": []}


def test_listeners_are_compared_by_protocol_address_and_port(register: Register) -> None:
    ssh = {"protocol": "tcp", "address": "192.0.2.1", "port": 22, "process": "sshd", "user": "root"}
    web = {"protocol": "tcp", "address": "::", "port": 443, "process": "nginx", "user": "www"}
    item_id = send(register, section("listeners", [ssh, web])).item_id
    send(register, section("listeners", [ssh | {"process": "dropbear"}]))
    (row,) = register.rows(Listener)
    assert (row.port, row.process) == (22, "dropbear")
    told = [detail["member"] for _, _, detail in register.history(item_id)[1:]]
    assert told == ["tcp :::443", "tcp 192.0.2.1:22"]


def test_a_port_that_cannot_be_is_passed_over(register: Register) -> None:
    ports = [0, -1, 65_536, 2**40, "22", None, 22.5]
    rows = [{"protocol": "tcp", "address": "::", "port": port} for port in ports]
    assert send(register, section("listeners", rows)).outcome is Outcome.CREATED
    assert register.rows(Listener) == []


def test_whom_a_machine_talks_to_is_kept_and_is_no_history(register: Register) -> None:
    def calls(*ports: int) -> Section:
        call = {"protocol": "tcp", "process": "app", "remote_address": "192.0.2.9"}
        return section("connections", [call | {"remote_port": port} for port in ports])

    item_id = send(register, calls(5432, 6379)).item_id
    recorded = send(register, calls(5432, 443))
    assert recorded.outcome is Outcome.UNCHANGED
    assert [row.remote_port for row in register.rows(Connection)] == [5432, 443]
    assert len(register.history(item_id)) == 1


def test_a_report_never_writes_outside_its_own_item(register: Register) -> None:
    everything = (
        packages(bash="5"),
        section("disks", [{"name": "sda"}]),
        section("interfaces", [eth("eth0", "192.0.2.1/24")]),
        section("listeners", [{"protocol": "tcp", "address": "::", "port": 22}]),
    )
    other = send(register, *everything, number=2).item_id
    before = (register.item(other).version, register.history(other), installed(register, other))
    send(register, *everything)
    empty = (section(name, []) for name in ("software", "disks", "interfaces", "listeners"))
    send(register, *empty)
    assert (
        register.item(other).version,
        register.history(other),
        installed(register, other),
    ) == before
    assert {row.item_id for row in register.rows(Interface)} == {other}
    assert {row.item_id for row in register.rows(Address)} == {other}
    assert {row.item_id for row in register.rows(Listener)} == {other}
    assert {row.item_id for row in register.rows(FactSection) if row.rows} == {other}
