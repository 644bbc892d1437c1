"""Two writers at once: nothing twice, nothing lost, no gap in the log."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from cmdb.inventory.door import Inventory
from cmdb.observation import GroupMembership, Observation, SeenRelation
from cmdb.records.items import Item
from cmdb.records.relations import RedundancyGroup
from cmdb.vocabulary import REST, SourceCode
from tests.cmdb.engine.machines import Machine, rack_server
from tests.cmdb.inventory.register import Register, packages, relation
from tests.cmdb.inventory.test_relating import assert_log_is_whole

WRITERS = 4


def together(register: Register, *acts: Callable[[Inventory], Any]) -> list[Any]:
    """Run each act in a transaction of its own, all begun at the same moment."""
    ready = threading.Barrier(len(acts))

    def run(act: Callable[[Inventory], Any]) -> Any:
        ready.wait()
        with register.database.writing() as session:
            return act(Inventory(session, register.now))

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def recording(seen: Observation) -> Callable[[Inventory], Any]:
    return lambda door: door.record(seen)


def relating(register: Register, seen: SeenRelation) -> Callable[[Inventory], Any]:
    return lambda door: door.relate([seen], SourceCode(REST), register.root)[0]


def test_a_machine_that_two_sources_meet_at_once_is_one_item(register: Register) -> None:
    for number in range(1, 6):
        machine = rack_server(number)
        walked = register.says(
            "snmp", f"192.0.2.{number}", identifiers=Machine(macs=machine.macs).evidence()
        )
        reported = register.agent(machine)
        results = together(register, recording(walked), recording(reported))
        assert len({result.item_id for result in results}) == 1
    assert len(register.rows(Item)) == 5


def test_words_of_two_sources_on_one_item_do_not_overwrite_each_other(register: Register) -> None:
    machine = rack_server(1)
    item_id = register.item_of(register.agent(machine))
    by_agent = register.agent(machine, values={"os_name": "Debian"}, sections=(packages(bash="5"),))
    walked = register.says("snmp", "192.0.2.1", {"sys_name": "srv"}, identifiers=machine.evidence())
    typed = register.says("person", "", {"criticality": 1}, item_id=item_id)
    together(register, *map(recording, (by_agent, walked, typed, by_agent)))
    item = register.item(item_id)
    assert item.attributes == {"os_name": "Debian", "sys_name": "srv"}
    assert item.criticality == 1


def test_one_new_key_from_several_writers_is_one_item(register: Register) -> None:
    seen = [register.says("rest", f"line {n}", {"name": f"n{n}"}) for n in range(20)]
    results = together(register, *[lambda door: door.record_many(seen)] * WRITERS)
    assert all([r.item_id for r in each] == [r.item_id for r in results[0]] for each in results)
    assert len(register.rows(Item)) == 20
    assert_log_is_whole(register)


def test_the_same_relations_from_several_writers_are_written_once(register: Register) -> None:
    service = register.imported("shop", "business_service")
    hosts = [register.imported(f"web{n}") for n in range(10)]
    seen = [relation(service, "depends_on", host, GroupMembership("web")) for host in hosts]

    def relate(door: Inventory) -> Sequence[Any]:
        return door.relate(seen, SourceCode(REST), register.root)

    results = together(register, *[relate] * WRITERS)
    ids = [[result.relation_id for result in each] for each in results]
    assert all(each == ids[0] for each in ids)
    assert len(register.live()) == 10
    assert len(register.rows(RedundancyGroup)) == 1
    assert_log_is_whole(register)


def test_each_half_of_a_circle_from_a_writer_of_its_own_never_closes_it(
    register: Register,
) -> None:
    for number in range(5):
        one = register.imported(f"a{number}", "room")
        two = register.imported(f"b{number}", "room")
        halves = (relation(one, "contains", two), relation(two, "contains", one))
        results = together(register, *(relating(register, half) for half in halves))
        assert sorted(result.outcome for result in results) == ["created", "refused"]


def test_a_relation_that_two_people_end_at_once_ends_once(register: Register) -> None:
    app, srv = register.imported("app", "software_component"), register.imported("srv")
    (created,) = register.relate(relation(app, "runs_on", srv))
    ids = [created.relation_id or 0]
    ended = together(register, *[lambda door: door.unrelate(ids, SourceCode("person"))] * WRITERS)
    assert sorted(ended) == [0, 0, 0, 1]
    assert_log_is_whole(register)


def test_reports_of_many_machines_at_once_keep_the_log_whole(register: Register) -> None:
    seen = [
        register.agent(rack_server(number), sections=(packages(bash="5", vim="9"),))
        for number in range(1, 9)
    ]
    results = together(register, *map(recording, seen))
    assert len({result.item_id for result in results}) == 8
    assert_log_is_whole(register)
