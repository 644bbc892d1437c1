"""What agents and imports report is data, whatever it looks like."""

import ast

from sqlalchemy import func, select

from cmdb.records.items import Item
from cmdb.records.parties import Person
from tests.immunity.conftest import Target, corpus
from tests.immunity.tree import sources
from tests.server.items.machines import HARDWARE, IDENTITY, SYSTEM, software, whole


def test_payloads_in_every_text_of_a_report_are_stored_as_they_came(target: Target) -> None:
    payloads = corpus("sql")
    agent = target.agent()
    packages = software(**{payload: payload for payload in payloads})
    hostile = {**HARDWARE, "model": payloads[0]}, {**SYSTEM, "name": payloads[1]}
    document = whole(identity=IDENTITY, hardware=hostile[0], os=hostile[1], software=packages)
    answer = agent.post("/reports", document)
    assert answer.status_code == 202, answer.text
    item_id = answer.get_json()["item"]
    program = target.api(target.world.admin)
    assert program.get(f"/items/{item_id}").get_json()["model"] == payloads[0]
    rows = program.get(f"/items/{item_id}/software", limit=200).get_json()["rows"]
    assert {row["name"] for row in rows} == set(payloads)


def test_payloads_in_names_and_keys_find_and_change_nothing_else(target: Target) -> None:
    root = target.world.root.id
    program = target.api(target.world.admin)
    with target.database.reading() as session:
        before = session.scalar(select(func.count()).select_from(Item)) or 0
        people = session.scalar(select(func.count()).select_from(Person))
    payloads = corpus("sql")
    lines = [
        {"kind": "item", "class": "server", "key": payload, "values": {"name": payload}}
        for payload in payloads
    ]
    for _ in range(2):
        results = program.bulk(root, *lines)
        assert not isinstance(results, int)
        assert [row["problems"] for row in results] == [{}] * len(payloads)
    with target.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Item)) == before + len(payloads)
        assert session.scalar(select(func.count()).select_from(Person)) == people


def test_no_statement_is_put_together_from_text() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path, tree in sources()
        if "versions" not in path.parts and "agent" not in path.parts
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and node.args and _is_text(node.func)
        if _is_formatted(node.args[0])
    ]
    assert found == []


def _is_text(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in {"text", "literal_column", "exec_driver_sql"}


def _is_formatted(argument: ast.expr) -> bool:
    """Say whether anything but constants of the module goes into the text."""
    if isinstance(argument, ast.JoinedStr):
        return any(
            isinstance(part, ast.FormattedValue) and not _is_constant(part.value)
            for part in argument.values
        )
    return isinstance(argument, ast.BinOp) or (
        isinstance(argument, ast.Call) and getattr(argument.func, "attr", "") == "format"
    )


def _is_constant(value: ast.expr) -> bool:
    return isinstance(value, ast.Name) and value.id.isupper()
