"""Nothing that a directory could take for no password is ever shown to it."""

import pytest

from server.foundation.errors import DirectoryUnavailable
from server.people.directory import Endpoint
from server.people.rules.mapping import FLAVOURS, attribute_map
from server.people.sources import Source, accepts_password

#: Nobody listens there: an attempt to connect is an exception.
_SOURCE = Source(
    directory_id=1,
    code="ldap",
    organisation_id=1,
    endpoint=Endpoint("ldap://127.0.0.1:1", start_tls=False),
    base_dn="dc=example,dc=test",
    person_filter=FLAVOURS["openldap"].person_filter,
    group_filter=FLAVOURS["openldap"].group_filter,
    chosen=attribute_map("openldap", {}),
)
_ID = "9b2d7c1e-0000-4000-8000-000000000002"


@pytest.mark.parametrize("password", ["", "\0", "\0secret", "secret\0", "x" * 1_000_000])
def test_it_is_refused_before_any_connection(password: str) -> None:
    assert accepts_password(_SOURCE, _ID, password) is False


def test_any_other_password_is_asked_about() -> None:
    with pytest.raises(DirectoryUnavailable):
        accepts_password(_SOURCE, _ID, "a real one")
