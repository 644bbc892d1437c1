"""Lines in bulk pass the same gate as a form."""

from tests.immunity.conftest import Target


def _line(name: str, **more: object) -> dict[str, object]:
    return {"kind": "item", "class": "server", "key": name, "values": {"name": name}} | more


def test_lines_go_only_where_the_sender_may_write(target: Target) -> None:
    world = target.world
    for actor in (world.outsider, world.reader, world.requester, world.nobody):
        assert target.api(actor).bulk(world.operations.id, _line("planted")) in {403, 404, 422}
    rows = target.api(world.admin).get("/items", q="planted").get_json()["rows"]
    assert rows == []


def test_a_line_cannot_name_what_its_sender_may_not_write(target: Target) -> None:
    world = target.world
    hidden = target.create("theirs", world.operations.id)
    place = {"role": "configuration_manager", "person_id": world.outsider.person_id}
    given = target.api(world.admin).post(
        "/role-grants", place | {"organisation_id": world.sales.id}
    )
    assert given.status_code == 201, given.text
    # Whoever may import in one organisation may not do so in another.
    planted = target.api(world.outsider).bulk(world.operations.id, _line("planted"))
    assert planted in {403, 404, 422}
    mine = target.create("ours", world.sales.id)
    line = {"kind": "relation", "type": "depends_on", "start": mine, "end": hidden}
    results = target.api(world.outsider).bulk(world.sales.id, line)
    assert not isinstance(results, int)
    assert results[0]["problems"]
    assert target.api(world.admin).get(f"/items/{hidden}/relations").get_json() == []
