"""Pages over people, and of administration."""

from typing import Any

from server.foundation.permissions import Permission
from tests.contract.endpoints.entry import Endpoint, Named
from tests.support.saml_provider import published_metadata

_PERSON = "/people/<int:person_id>"
_GROUP = "/groups/<int:group_id>"
_ADMIN = "/administration"
_SAML = f"{_ADMIN}/identity-providers/saml/<int:saml_provider_id>"
_PROVIDER = f"{_ADMIN}/identity-providers/<int:identity_provider_id>"
_ROSTER = f"{_ADMIN}/rosters/<int:roster_id>"
_DIRECTORY = f"{_ADMIN}/directories/<int:directory_id>"
_PLACE = {"organisation_id": Named("organisation")}
_FIRST = {"version": "1"}
#: One of these opens the door to administration.
_ANY = (
    Permission.ADMIN_READ,
    Permission.ADMIN_USERS,
    Permission.ADMIN_DIRECTORY,
    Permission.ADMIN_AGENTS,
    Permission.ADMIN_JOBS,
    Permission.ADMIN_RULES,
)

_RULES = "/derivation"
_ONE_RULE = f"{_RULES}/rules/<string:code>"
_RULE = '[{}]\nlabel = "Talks"\nevidence = "connections"\ntype = "calls"\n'
_THE_RULE: dict[str, Any] = {"at": {"code": "rule"}, "everywhere": True, "of_nobody": True}

PAGES_ADMINISTRATION: tuple[Endpoint, ...] = (
    Endpoint("GET", "/people", Permission.PERSON_READ),
    Endpoint("GET", "/people/new", Permission.PERSON_WRITE),
    Endpoint(
        "POST",
        "/people/new",
        Permission.PERSON_WRITE,
        form=_PLACE | {"display_name": "New"},
        status=303,
    ),
    Endpoint("GET", _PERSON, Permission.PERSON_READ),
    Endpoint("GET", f"{_PERSON}/edit", Permission.PERSON_WRITE),
    Endpoint(
        "POST",
        f"{_PERSON}/edit",
        Permission.PERSON_WRITE,
        form=_FIRST | {"title": "Clerk", "active": "1"},
        status=303,
    ),
    Endpoint("GET", f"{_PERSON}/login", Permission.ADMIN_USERS),
    Endpoint(
        "POST", f"{_PERSON}/login", Permission.ADMIN_USERS, form={"login": "another"}, status=303
    ),
    Endpoint(
        "POST",
        f"{_PERSON}/login/second-factor/remove",
        Permission.ADMIN_USERS,
        form={},
        status=303,
    ),
    Endpoint("POST", f"{_PERSON}/login/one-time-password", Permission.ADMIN_USERS, form={}),
    Endpoint(
        "POST", f"{_PERSON}/login/switch", Permission.ADMIN_USERS, form={"close": "yes"}, status=303
    ),
    Endpoint("GET", "/groups", Permission.GROUP_READ),
    Endpoint("GET", "/groups/new", Permission.GROUP_WRITE),
    Endpoint(
        "POST", "/groups/new", Permission.GROUP_WRITE, form=_PLACE | {"name": "New"}, status=303
    ),
    Endpoint("GET", _GROUP, Permission.GROUP_READ),
    Endpoint("GET", f"{_GROUP}/edit", Permission.GROUP_WRITE),
    Endpoint(
        "POST",
        f"{_GROUP}/edit",
        Permission.GROUP_WRITE,
        form=_FIRST | {"name": "New", "active": "1"},
        status=303,
    ),
    Endpoint(
        "POST",
        f"{_GROUP}/members",
        Permission.GROUP_WRITE,
        form={"person_id": Named("other")},
        status=303,
    ),
    Endpoint(
        "POST",
        f"{_GROUP}/members/<int:person_id>/remove",
        Permission.GROUP_WRITE,
        form={},
        status=303,
    ),
    Endpoint("GET", _ADMIN, _ANY),
    Endpoint("GET", f"{_ADMIN}/acts", Permission.ADMIN_READ, everywhere=True),
    Endpoint("GET", f"{_ADMIN}/acts/export.csv", Permission.ADMIN_READ, everywhere=True),
    Endpoint("GET", _RULES, Permission.ADMIN_RULES, everywhere=True),
    Endpoint("POST", f"{_RULES}/run", Permission.ADMIN_RULES, form={}, status=303, everywhere=True),
    Endpoint("GET", f"{_RULES}/new", Permission.ADMIN_RULES, everywhere=True),
    Endpoint(
        "POST",
        f"{_RULES}/new",
        Permission.ADMIN_RULES,
        form={"text": _RULE.format("another_rule")},
        status=303,
        everywhere=True,
    ),
    Endpoint("GET", _ONE_RULE, Permission.ADMIN_RULES, **_THE_RULE),
    Endpoint(
        "POST",
        _ONE_RULE,
        Permission.ADMIN_RULES,
        form={"text": _RULE.format("rule_of_ours")},
        status=303,
        **_THE_RULE,
    ),
    Endpoint(
        "POST",
        f"{_ONE_RULE}/switch",
        Permission.ADMIN_RULES,
        form={"on": "0"},
        status=303,
        **_THE_RULE,
    ),
    Endpoint(
        "POST", f"{_ONE_RULE}/withdraw", Permission.ADMIN_RULES, form={}, status=303, **_THE_RULE
    ),
    Endpoint("GET", f"{_ADMIN}/jobs", Permission.ADMIN_JOBS, everywhere=True),
    Endpoint(
        "POST",
        f"{_ADMIN}/jobs/<int:job_id>/<any(retry, cancel):verb>",
        Permission.ADMIN_JOBS,
        at={"verb": "retry"},
        form={},
        status=303,
        everywhere=True,
        of_nobody=True,
    ),
    Endpoint("GET", f"{_ADMIN}/agents", Permission.ADMIN_AGENTS),
    Endpoint("GET", f"{_ADMIN}/agents/<int:agent_id>", Permission.ADMIN_AGENTS),
    Endpoint(
        "POST", f"{_ADMIN}/agents/report-now", Permission.ADMIN_AGENTS, form={"q": ""}, status=303
    ),
    Endpoint(
        "POST",
        f"{_ADMIN}/agents/<int:agent_id>/report-now",
        Permission.ADMIN_AGENTS,
        form={},
        status=303,
    ),
    Endpoint(
        "POST",
        f"{_ADMIN}/agents/<int:agent_id>/revoke",
        Permission.ADMIN_AGENTS,
        form={},
        status=303,
    ),
    Endpoint(
        "GET",
        f"{_ADMIN}/agents/arrivals",
        Permission.ADMIN_AGENTS,
        query={"organisation": Named("organisation"), "since": "0"},
    ),
    Endpoint(
        "POST", f"{_ADMIN}/agents/install", Permission.ADMIN_AGENTS, form=_PLACE | {"days": "1"}
    ),
    Endpoint(
        "POST",
        f"{_ADMIN}/agents/tokens/<int:token_id>/revoke",
        Permission.ADMIN_AGENTS,
        at={"token_id": "enrolment_token"},
        form={},
        status=303,
    ),
    Endpoint("GET", "/people/leavers", Permission.PERSON_READ),
    Endpoint("GET", "/people/<int:person_id>/photo", Permission.PERSON_READ),
    Endpoint(
        "POST",
        "/people/<int:person_id>/photo",
        Permission.PERSON_WRITE,
        form={"remove": "yes"},
        status=303,
    ),
    Endpoint("GET", f"{_ADMIN}/rosters", Permission.ADMIN_DIRECTORY),
    Endpoint("GET", f"{_ADMIN}/rosters/new", Permission.ADMIN_DIRECTORY),
    Endpoint(
        "POST",
        f"{_ADMIN}/rosters/new",
        Permission.ADMIN_DIRECTORY,
        form=_PLACE | {"code": "hr", "name": "Personnel", "enabled": "1"},
        status=303,
    ),
    Endpoint("GET", _ROSTER, Permission.ADMIN_DIRECTORY),
    Endpoint("POST", _ROSTER, Permission.ADMIN_DIRECTORY, form={}, status=422),
    Endpoint("GET", f"{_ROSTER}/edit", Permission.ADMIN_DIRECTORY),
    Endpoint(
        "POST",
        f"{_ROSTER}/edit",
        Permission.ADMIN_DIRECTORY,
        form=_FIRST | {"name": "Personnel", "enabled": "1"},
        status=303,
    ),
    Endpoint("GET", f"{_ROSTER}/runs/<int:roster_run_id>", Permission.ADMIN_DIRECTORY),
    Endpoint(
        "POST",
        f"{_ROSTER}/runs/<int:roster_run_id>/confirm",
        Permission.ADMIN_DIRECTORY,
        form={},
        status=303,
    ),
    Endpoint("GET", f"{_ADMIN}/directories", Permission.ADMIN_DIRECTORY),
    Endpoint("GET", f"{_ADMIN}/directories/new", Permission.ADMIN_DIRECTORY),
    Endpoint(
        "POST",
        f"{_ADMIN}/directories/new",
        Permission.ADMIN_DIRECTORY,
        form=_PLACE
        | {
            "code": "second",
            "name": "Second",
            "url": "ldaps://ldap.example.test",
            "base_dn": "dc=example,dc=test",
            "enabled": "1",
        },
        status=303,
    ),
    Endpoint("GET", _DIRECTORY, Permission.ADMIN_DIRECTORY),
    Endpoint("GET", f"{_DIRECTORY}/edit", Permission.ADMIN_DIRECTORY),
    Endpoint(
        "POST",
        f"{_DIRECTORY}/edit",
        Permission.ADMIN_DIRECTORY,
        form=_FIRST | {"name": "First", "enabled": "1"},
        status=303,
    ),
    Endpoint("POST", f"{_DIRECTORY}/try", Permission.ADMIN_DIRECTORY, form={}),
    Endpoint("GET", f"{_DIRECTORY}/runs/<int:directory_run_id>", Permission.ADMIN_DIRECTORY),
    Endpoint("GET", f"{_DIRECTORY}/computers", Permission.ADMIN_DIRECTORY),
    Endpoint("GET", f"{_DIRECTORY}/computers.csv", Permission.ADMIN_DIRECTORY),
    Endpoint("GET", f"{_DIRECTORY}/mapping", Permission.ADMIN_DIRECTORY),
    Endpoint(
        "POST",
        f"{_DIRECTORY}/mapping",
        Permission.ADMIN_DIRECTORY,
        form=_FIRST | {"title": "employeeType"},
        status=303,
    ),
    Endpoint("POST", f"{_DIRECTORY}/mapping/preview", Permission.ADMIN_DIRECTORY, form={}),
    Endpoint("GET", f"{_DIRECTORY}/rules", Permission.ADMIN_DIRECTORY),
    Endpoint(
        "POST",
        f"{_DIRECTORY}/rules",
        Permission.ADMIN_DIRECTORY,
        form=_PLACE | {"group_pattern": "desk-*", "role": "reader"},
        status=303,
    ),
    Endpoint(
        "POST",
        f"{_DIRECTORY}/rules/<int:directory_rule_id>/remove",
        Permission.ADMIN_DIRECTORY,
        form={},
        status=303,
    ),
    Endpoint("POST", f"{_DIRECTORY}/synchronise", Permission.ADMIN_DIRECTORY, form={}, status=303),
    Endpoint("GET", "/account/emergency"),
    Endpoint(
        "POST",
        "/account/emergency",
        form={"grant_id": Named("sleeping"), "reason": "the core switch is down", "hours": "1"},
        status=303,
    ),
    Endpoint(
        "POST",
        "/account/emergency/<int:emergency_use_id>/end",
        at={"emergency_use_id": "own_emergency"},
        form={},
        status=303,
    ),
    Endpoint("GET", f"{_ADMIN}/emergencies", Permission.ADMIN_USERS),
    Endpoint(
        "POST",
        f"{_ADMIN}/emergencies/<int:emergency_use_id>/review",
        Permission.ADMIN_USERS,
        at={"emergency_use_id": "emergency"},
        form={"note": "It was right."},
        status=303,
    ),
    Endpoint("GET", f"{_ADMIN}/identity-providers", Permission.ADMIN_DIRECTORY),
    Endpoint("GET", f"{_ADMIN}/identity-providers/new", Permission.ADMIN_DIRECTORY),
    Endpoint(
        "POST",
        f"{_ADMIN}/identity-providers/new",
        Permission.ADMIN_DIRECTORY,
        form=_PLACE
        | {
            "code": "another",
            "name": "Another",
            "issuer": "https://id.example.test",
            "client_id": "cadastre",
        },
        status=303,
    ),
    Endpoint("GET", _PROVIDER, Permission.ADMIN_DIRECTORY),
    Endpoint(
        "POST",
        _PROVIDER,
        Permission.ADMIN_DIRECTORY,
        form=_FIRST | {"name": "Renamed"},
        status=303,
    ),
    Endpoint("POST", f"{_PROVIDER}/try", Permission.ADMIN_DIRECTORY, form={}),
    Endpoint("POST", f"{_PROVIDER}/remove", Permission.ADMIN_DIRECTORY, form={}, status=303),
    Endpoint("GET", f"{_ADMIN}/identity-providers/saml/new", Permission.ADMIN_DIRECTORY),
    Endpoint(
        "POST",
        f"{_ADMIN}/identity-providers/saml/new",
        Permission.ADMIN_DIRECTORY,
        form=_PLACE | {"code": "another", "name": "Another", "metadata": published_metadata()},
        status=303,
    ),
    Endpoint("GET", _SAML, Permission.ADMIN_DIRECTORY),
    Endpoint(
        "POST", _SAML, Permission.ADMIN_DIRECTORY, form=_FIRST | {"name": "Renamed"}, status=303
    ),
    # Its metadata were pasted, so there is no address to fetch them from.
    Endpoint("POST", f"{_SAML}/metadata", Permission.ADMIN_DIRECTORY, form={}, status=409),
    Endpoint("POST", f"{_SAML}/key", Permission.ADMIN_DIRECTORY, form={}, status=303),
    Endpoint("POST", f"{_SAML}/remove", Permission.ADMIN_DIRECTORY, form={}, status=303),
    Endpoint("GET", "/people/<int:person_id>/identities", Permission.ADMIN_USERS),
    Endpoint(
        "POST",
        "/people/<int:person_id>/identities",
        Permission.ADMIN_USERS,
        at={"person_id": "other"},
        form={"provider_id": Named("identity_provider"), "subject": "another"},
        status=303,
    ),
    Endpoint(
        "POST",
        "/people/<int:person_id>/identities/<int:external_identity_id>/remove",
        Permission.ADMIN_USERS,
        form={},
        status=303,
    ),
    Endpoint("GET", "/account/identities"),
    # The provider of the prepared world does not answer.
    Endpoint(
        "POST",
        "/account/identities/link/<code>",
        at={"code": "identity_provider_code"},
        form={},
        status=503,
    ),
    Endpoint(
        "POST",
        "/account/identities/<int:external_identity_id>/unlink",
        at={"external_identity_id": "own_identity"},
        form={},
        status=303,
    ),
    Endpoint("GET", f"{_ADMIN}/roles", Permission.ADMIN_READ),
    Endpoint("GET", f"{_ADMIN}/roles/give", Permission.ADMIN_USERS),
    Endpoint(
        "POST",
        f"{_ADMIN}/roles/give",
        Permission.ADMIN_USERS,
        form=_PLACE | {"role": "reader", "person": Named("other")},
        status=303,
    ),
    Endpoint(
        "POST",
        f"{_ADMIN}/roles/grants/<int:grant_id>/withdraw",
        Permission.ADMIN_USERS,
        form={},
        status=303,
    ),
)
