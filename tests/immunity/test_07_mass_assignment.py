"""A body changes what it may change; any other column of the row is refused by name."""

from typing import Any

import pytest

from cmdb.records.base import Base
from tests.immunity.conftest import Target


def _columns(table: str) -> list[str]:
    return [column.name for column in Base.metadata.tables[table].columns]


@pytest.mark.parametrize(
    ("path", "table", "allowed"),
    [
        ("/people/{person}", "person", {"display_name", "email", "title"}),
        ("/people/{person}/account", "account", {"disabled"}),
        ("/session", "person", {"language", "time_zone"}),
        ("/groups/{group}", "party_group", {"name"}),
        ("/roles/{role}", "role", {"labels", "permissions"}),
    ],
)
def test_no_other_column_can_be_set(
    target: Target, path: str, table: str, allowed: set[str]
) -> None:
    world = target.world
    where = path.format(person=world.reader.person_id, group=world.support.id, role=1)
    program = target.api(world.admin)
    protected = {
        *("id", "source", "created_at", "updated_at", "version", "password_hash", "builtin"),
        *("organisation_id_", "person_id", "login_key", "name_key", "code", "reach"),
    }
    for column in sorted({*_columns(table), "permissions_", "role", "is_admin"} - allowed):
        answer = program.patch(where, {column: 1})
        if column in protected or column in {"role", "is_admin", "permissions_"}:
            assert answer.status_code == 422, (column, answer.text)
            assert column in str(answer.get_json())


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/people", {"organisation_id": 1, "display_name": "X", "source": "ldap"}),
        ("/people", {"organisation_id": 1, "display_name": "X", "id": 1}),
        ("/groups", {"organisation_id": 1, "name": "X", "created_at": "2020-01-01T00:00:00Z"}),
        ("/tokens", {"name": "x", "person_id": 1}),
        ("/role-grants", {"role": "reader", "person_id": 1, "organisation_id": 1, "id": 9}),
        ("/items", {"class": "server", "organisation_id": 1, "values": {"name": "x"}, "id": 5}),
        ("/tickets", {"title": "x", "organisation_id": 1, "state": "closed", "reference": "INC-1"}),
    ],
)
def test_nothing_new_is_made_with_what_only_we_decide(
    target: Target, path: str, body: dict[str, Any]
) -> None:
    assert target.api(target.world.admin).post(path, body).status_code == 422
