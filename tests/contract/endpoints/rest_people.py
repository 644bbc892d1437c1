"""REST over people: whoever asks, their tokens, people, groups, roles, directories."""

from server.foundation.permissions import Permission
from tests.contract.endpoints.entry import Endpoint, Named

_V1 = "/api/v1"
_ORGANISATION = Named("organisation")

REST_PEOPLE: tuple[Endpoint, ...] = (
    Endpoint("GET", f"{_V1}/session"),
    Endpoint("PATCH", f"{_V1}/session", json={"language": "es"}),
    Endpoint("GET", f"{_V1}/tokens"),
    Endpoint("POST", f"{_V1}/tokens", json={"name": "new"}, status=201, for_people=True),
    Endpoint("DELETE", f"{_V1}/tokens/<int:token_id>", status=204),
    Endpoint("GET", f"{_V1}/people", Permission.PERSON_READ),
    Endpoint(
        "POST",
        f"{_V1}/people",
        Permission.PERSON_WRITE,
        json={"organisation_id": _ORGANISATION, "display_name": "Somebody"},
        status=201,
    ),
    Endpoint("GET", f"{_V1}/people/<int:person_id>", Permission.PERSON_READ),
    Endpoint(
        "PATCH", f"{_V1}/people/<int:person_id>", Permission.PERSON_WRITE, json={"title": "Clerk"}
    ),
    Endpoint("GET", f"{_V1}/people/<int:person_id>/account", Permission.ADMIN_USERS),
    Endpoint(
        "PUT",
        f"{_V1}/people/<int:person_id>/account",
        Permission.ADMIN_USERS,
        json={"login": "another"},
    ),
    Endpoint(
        "PATCH",
        f"{_V1}/people/<int:person_id>/account",
        Permission.ADMIN_USERS,
        json={"disabled": True},
    ),
    Endpoint(
        "POST",
        f"{_V1}/people/<int:person_id>/account/password-reset",
        Permission.ADMIN_USERS,
        status=201,
    ),
    Endpoint(
        "DELETE",
        f"{_V1}/people/<int:person_id>/account/second-factor",
        Permission.ADMIN_USERS,
        status=204,
    ),
    Endpoint("GET", f"{_V1}/people/<int:person_id>/external-identities", Permission.ADMIN_USERS),
    Endpoint(
        "POST",
        f"{_V1}/people/<int:person_id>/external-identities",
        Permission.ADMIN_USERS,
        json={"provider_id": Named("identity_provider"), "subject": "another"},
        status=201,
        at={"person_id": "other"},
    ),
    Endpoint(
        "DELETE",
        f"{_V1}/people/<int:person_id>/external-identities/<int:external_identity_id>",
        Permission.ADMIN_USERS,
        status=204,
    ),
    Endpoint("GET", f"{_V1}/emergency-uses", Permission.ADMIN_USERS),
    Endpoint(
        "POST",
        f"{_V1}/emergency-uses",
        json={"grant_id": Named("sleeping"), "reason": "the core switch is down"},
        status=201,
        for_people=True,
    ),
    Endpoint(
        "POST",
        f"{_V1}/emergency-uses/<int:emergency_use_id>/end",
        at={"emergency_use_id": "own_emergency"},
    ),
    Endpoint(
        "POST",
        f"{_V1}/emergency-uses/<int:emergency_use_id>/review",
        Permission.ADMIN_USERS,
        at={"emergency_use_id": "emergency"},
        json={"note": "It was right."},
    ),
    Endpoint("GET", f"{_V1}/identity-providers", Permission.ADMIN_DIRECTORY),
    Endpoint(
        "POST",
        f"{_V1}/identity-providers",
        Permission.ADMIN_DIRECTORY,
        json={
            "code": "another",
            "name": "Another",
            "issuer": "https://id.example.test",
            "client_id": "cadastre",
            "organisation_id": _ORGANISATION,
        },
        status=201,
    ),
    Endpoint(
        "GET", f"{_V1}/identity-providers/<int:identity_provider_id>", Permission.ADMIN_DIRECTORY
    ),
    Endpoint(
        "PATCH",
        f"{_V1}/identity-providers/<int:identity_provider_id>",
        Permission.ADMIN_DIRECTORY,
        json={"name": "Renamed"},
    ),
    Endpoint(
        "DELETE",
        f"{_V1}/identity-providers/<int:identity_provider_id>",
        Permission.ADMIN_DIRECTORY,
        status=204,
    ),
    Endpoint(
        "POST",
        f"{_V1}/identity-providers/<int:identity_provider_id>/test",
        Permission.ADMIN_DIRECTORY,
    ),
    Endpoint("GET", f"{_V1}/leavers", Permission.PERSON_READ),
    Endpoint("GET", f"{_V1}/groups", Permission.GROUP_READ),
    Endpoint(
        "POST",
        f"{_V1}/groups",
        Permission.GROUP_WRITE,
        json={"organisation_id": _ORGANISATION, "name": "Network"},
        status=201,
    ),
    Endpoint("GET", f"{_V1}/groups/<int:group_id>", Permission.GROUP_READ),
    Endpoint(
        "PATCH", f"{_V1}/groups/<int:group_id>", Permission.GROUP_WRITE, json={"name": "Network"}
    ),
    Endpoint("GET", f"{_V1}/groups/<int:group_id>/members", Permission.GROUP_READ),
    Endpoint(
        "POST",
        f"{_V1}/groups/<int:group_id>/members",
        Permission.GROUP_WRITE,
        json={"person_id": Named("other")},
        status=204,
    ),
    Endpoint(
        "DELETE",
        f"{_V1}/groups/<int:group_id>/members/<int:person_id>",
        Permission.GROUP_WRITE,
        status=204,
    ),
    # Wherever somebody holds anything they may know the organisation, and their own in any case.
    Endpoint("GET", f"{_V1}/organisations"),
    Endpoint(
        "POST",
        f"{_V1}/organisations",
        Permission.ADMIN_USERS,
        json={"parent_id": _ORGANISATION, "code": "branch", "name": "Branch"},
        status=201,
    ),
    Endpoint("GET", f"{_V1}/organisations/<int:organisation_id>"),
    Endpoint("GET", f"{_V1}/roles", Permission.ADMIN_READ),
    Endpoint(
        "POST",
        f"{_V1}/roles",
        Permission.ADMIN_USERS,
        json={"code": "looker", "labels": {"en": "Looker"}, "permissions": ["item:read"]},
        status=201,
        everywhere=True,
    ),
    Endpoint("GET", f"{_V1}/roles/<int:role_id>", Permission.ADMIN_READ, of_nobody=True),
    Endpoint(
        "PATCH",
        f"{_V1}/roles/<int:role_id>",
        Permission.ADMIN_USERS,
        json={"labels": {"en": "Looker"}},
        everywhere=True,
        of_nobody=True,
    ),
    Endpoint("GET", f"{_V1}/role-grants", Permission.ADMIN_USERS),
    Endpoint(
        "POST",
        f"{_V1}/role-grants",
        Permission.ADMIN_USERS,
        json={
            "role": "reader",
            "person_id": Named("other"),
            "organisation_id": _ORGANISATION,
        },
        status=201,
    ),
    Endpoint("DELETE", f"{_V1}/role-grants/<int:grant_id>", Permission.ADMIN_USERS, status=204),
    Endpoint("GET", f"{_V1}/directories", Permission.ADMIN_DIRECTORY),
    Endpoint(
        "POST",
        f"{_V1}/directories",
        Permission.ADMIN_DIRECTORY,
        json={
            "code": "second",
            "name": "Second",
            "url": "ldaps://ldap.example.test",
            "base_dn": "dc=example,dc=test",
            "organisation_id": _ORGANISATION,
        },
        status=201,
    ),
    Endpoint("GET", f"{_V1}/directories/<int:directory_id>", Permission.ADMIN_DIRECTORY),
    Endpoint(
        "PATCH",
        f"{_V1}/directories/<int:directory_id>",
        Permission.ADMIN_DIRECTORY,
        json={"name": "First"},
    ),
    Endpoint("POST", f"{_V1}/directories/<int:directory_id>/test", Permission.ADMIN_DIRECTORY),
    Endpoint(
        "POST",
        f"{_V1}/directories/<int:directory_id>/sync",
        Permission.ADMIN_DIRECTORY,
        json={},
        status=202,
    ),
    Endpoint("GET", f"{_V1}/directories/<int:directory_id>/runs", Permission.ADMIN_DIRECTORY),
    Endpoint(
        "GET",
        f"{_V1}/directories/<int:directory_id>/runs/<int:directory_run_id>",
        Permission.ADMIN_DIRECTORY,
    ),
    Endpoint("GET", f"{_V1}/directories/<int:directory_id>/rules", Permission.ADMIN_DIRECTORY),
    Endpoint(
        "POST",
        f"{_V1}/directories/<int:directory_id>/rules",
        Permission.ADMIN_DIRECTORY,
        json={"group_pattern": "desk-*", "role": "reader", "organisation_id": _ORGANISATION},
        status=201,
    ),
    Endpoint(
        "DELETE",
        f"{_V1}/directories/<int:directory_id>/rules/<int:directory_rule_id>",
        Permission.ADMIN_DIRECTORY,
        status=204,
    ),
)
