"""The matrix: every route, every shipped role, and whose things they are.

What a cell should answer is read off the role's permissions and the endpoint's needs, so a new
route, role or permission is in it as soon as it exists. Roles hold inside one organisation:

=================  ==============================  ===============================
                   things of one's organisation    things of another organisation
=================  ==============================  ===============================
role gives it      as for who may do everything;   not there (404)
                   one's own alone (404) for a
                   role that reaches no further
role lacks it      forbidden (403), or not there   forbidden (403)
                   for what is not one's own
=================  ==============================  ===============================

The row of somebody without a role, and who may do everything inside the one organisation, are asked
in ``test_endpoints``.
"""

from collections.abc import Iterator

import pytest

from server.foundation.permissions import Permission, Reach
from server.people.rules.roles import ADMINISTRATOR, CHANGE_MANAGER, SHIPPED_ROLES, ShippedRole
from tests.contract.endpoints import ENDPOINTS, Endpoint
from tests.contract.kit import Kit

_GUARDED = [endpoint for endpoint in ENDPOINTS if endpoint.needs]
_NOT_THERE = 404
_FORBIDDEN = 403

#: Roles that reading tells apart; the others read what one of these or ``insider`` reads.
_READERS = [role for role in SHIPPED_ROLES if role.code not in {ADMINISTRATOR, CHANGE_MANAGER}]

every_role = pytest.mark.parametrize("role", SHIPPED_ROLES, ids=lambda role: role.code)
every_reader = pytest.mark.parametrize("role", _READERS, ids=lambda role: role.code)


def _gives(role: ShippedRole, endpoint: Endpoint) -> bool:
    needs = endpoint.needs
    wanted = {needs} if isinstance(needs, Permission) else set(needs or ())
    return bool(role.permissions & wanted) and not endpoint.everywhere


def _tell(endpoint: Endpoint, status: int, wanted: object) -> str:
    return f"{endpoint}: {status} instead of {wanted}"


@every_role
def test_what_a_role_lacks_is_forbidden_wherever_it_is(kit: Kit, role: ShippedRole) -> None:
    holder = kit.world.cast.holders[role.code]
    wanted = {_FORBIDDEN} if role.reach is Reach.ALL else {_FORBIDDEN, _NOT_THERE}
    wrong = [
        _tell(endpoint, status, wanted)
        for endpoint in _GUARDED
        if not _gives(role, endpoint)
        and (status := kit.ask(endpoint, holder).status_code) not in wanted
    ]
    assert not wrong, "\n".join(wrong)


@every_reader
def test_what_a_role_gives_it_gives_over_its_own_organisation_alone(
    kit: Kit, role: ShippedRole
) -> None:
    wrong = list(_wrong_answers(kit, role))
    assert not wrong, "\n".join(wrong)


def _wrong_answers(kit: Kit, role: ShippedRole) -> Iterator[str]:
    holder = kit.world.cast.holders[role.code]
    for endpoint in _GUARDED:
        if not endpoint.reads or not _gives(role, endpoint):
            continue
        wanted = {endpoint.status}
        named = endpoint.named_things(kit.world.inside)
        if role.reach is not Reach.ALL:
            wanted.add(_NOT_THERE)
        status = kit.ask(endpoint, holder).status_code
        if status not in wanted:
            yield _tell(endpoint, status, wanted)
        if named and not endpoint.of_nobody:
            elsewhere = {name: kit.world.hidden[name] for name in named}
            hidden = {**kit.world.inside, **elsewhere}
            status = kit.ask(endpoint, holder, hidden).status_code
            if status != _NOT_THERE:
                yield _tell(endpoint, status, f"{_NOT_THERE} elsewhere")
