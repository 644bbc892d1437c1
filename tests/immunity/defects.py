"""One guard broken at a time: which, by what, and which module must notice.

``path`` is ``module:name`` or ``module:Class.name``. A replacement gets the module as it stands,
so that it can be built from what is there; it must import nothing of ours before that.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

Replacement = Callable[[ModuleType], Any]


@dataclass(frozen=True, slots=True)
class Defect:
    """A guard, what stands in its place, and the module of tests that must turn red."""

    name: str
    test: str
    path: str
    replacement: Replacement

    @property
    def module(self) -> str:
        """Return the module that holds the guard."""
        return self.path.partition(":")[0]

    @property
    def guard(self) -> str:
        """Return the guard's name inside it."""
        return self.path.partition(":")[2]


def _always(answer: Any) -> Replacement:
    """Return a function that takes anything and answers this."""
    return lambda _module: lambda *_given, **_named: answer


def _constant(value: Any) -> Replacement:
    return lambda _module: value


class _Everything:
    """Holds whatever it is asked for."""

    def __contains__(self, _one: object) -> bool:
        return True


def _any_trip(module: ModuleType) -> Any:
    """Take whatever round trip there is for another browser's answer."""

    def trip(session: Any, _secret: Any, provider_id: int, _proven: Any, _now: Any) -> Any:
        pending = module.PendingSignIn
        query = module.select(pending).where(pending.provider_id == provider_id)
        return session.scalars(query).first()

    return trip


def _formatted_lookup(module: ModuleType) -> Any:
    from sqlalchemy import text  # noqa: PLC0415 - after planting

    del module

    def items_known_as(session: Any, keys: Any) -> dict[Any, int]:
        found = {}
        for organisation, source, key in keys:
            query = f"SELECT item_id FROM item_source WHERE key = '{key}'"  # noqa: S608 - the defect
            rows = session.execute(text(query)).all() if key else ()
            for row in rows:
                found[organisation, source, key] = row[0]
        return found

    return items_known_as


def _any_agent(module: ModuleType) -> Any:
    return lambda: module.Agent.revoked_at.is_(None)


def _any_sort(module: ModuleType) -> Any:
    return lambda sort, sorts: (sort.removeprefix("-") or next(iter(sorts)), sort.startswith("-"))


def _without(*words: str) -> Replacement:
    """Return a replacement for a prepared statement that lacks the conditions naming ``words``."""

    def make(module: ModuleType) -> Any:
        from sqlalchemy import and_  # noqa: PLC0415 - after planting

        statement = module._TOKEN
        kept = [
            condition
            for condition in statement._where_criteria
            if not any(word in str(condition) for word in words)
        ]
        bare = statement._clone()
        bare._where_criteria = (and_(*kept),)
        return bare

    return make


def _plain_filter(_module: ModuleType) -> Any:
    return lambda attribute, external_id: f"({attribute}={external_id})"


def _first_address(module: ModuleType) -> Any:
    def client_address() -> str:
        told = module.request.headers.get("X-Forwarded-For", "")
        return told or module.request.remote_addr or ""

    return client_address


def _typed_next(module: ModuleType) -> Any:
    return lambda: module.request.values.get("next", "") or "/"


def _quick_no(module: ModuleType) -> Any:
    real = module.verify_password
    return lambda stored, password: stored is not None and real(stored, password)


def _any_range(module: ModuleType) -> Any:
    import ipaddress  # noqa: PLC0415 - only here

    one = ipaddress.ip_address("192.0.2.1")
    return lambda _words: module.AddressRange(one, one)


def _unverified(_module: ModuleType) -> Any:
    import base64  # noqa: PLC0415 - only here
    import json  # noqa: PLC0415 - only here

    def read(part: str) -> Any:
        return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))

    def verified(*given: Any) -> Any:
        header, claims, _ = given[-1].split(".")
        return read(claims), read(header)

    return verified


def _with_entities(module: ModuleType) -> Any:
    real = module.fromstring

    def fromstring(text: Any, **_asked: Any) -> Any:
        return real(text, forbid_dtd=False, forbid_entities=False, forbid_external=False)

    return fromstring


DEFECTS = (
    Defect(
        "lookup-by-formatted-text",
        "test_01_injection_by_agents",
        "cmdb.inventory.lookup:items_known_as",
        _formatted_lookup,
    ),
    Defect(
        "no-escaping-for-agents",
        "test_02_markup_by_agents",
        "flask.app:Flask.select_jinja_autoescape",
        _always(False),
    ),
    Defect(
        "any-key-is-an-agent",
        "test_03_inventory_from_strangers",
        "server.items.enrolment:_holding",
        _any_agent,
    ),
    Defect(
        "token-used-for-ever",
        "test_03_inventory_from_strangers",
        "server.items.enrolment:_usable",
        _always(True),
    ),
    Defect(
        "any-order", "test_04_injection_by_questions", "server.foundation.paging:_sort", _any_sort
    ),
    Defect(
        "everything-visible",
        "test_05_other_peoples_things",
        "server.foundation.permissions:_condition",
        lambda module: lambda _grant, _columns: module.true(),
    ),
    Defect(
        "count-of-everybody",
        "test_06_counts_and_totals",
        "server.people.queries.people:count_people",
        _always(1_000),
    ),
    Defect(
        "unknown-fields-pass",
        "test_07_mass_assignment",
        "server.foundation.edge.schemas:StrictSchema.Meta.unknown",
        _constant("include"),
    ),
    Defect(
        "bulk-into-any-organisation",
        "test_08_bulk_paths",
        "server.items.organisations:require_organisation",
        _always(None),
    ),
    Defect(
        "tokens-of-the-disabled",
        "test_09_disabled_people",
        "server.people.authentication:_TOKEN",
        _without("person.active", "account.disabled"),
    ),
    Defect(
        "filter-as-typed",
        "test_10_ldap_injection",
        "server.people.directory:unique_id_filter",
        _plain_filter,
    ),
    Defect(
        "any-password-presentable",
        "test_11_empty_passwords",
        "server.people.rules.passwords:presentable",
        _always(True),
    ),
    Defect(
        "any-signature",
        "test_12_single_sign_on",
        "server.people.openid:_verified",
        _unverified,
    ),
    Defect(
        "any-state",
        "test_12_single_sign_on",
        "server.people.actions.provider_sign_in:_check_return",
        _always(None),
    ),
    Defect(
        "any-saml-signature",
        "test_12_single_sign_on",
        "server.people.saml.answers:verified",
        lambda _module: lambda _root, signed, _certificates: signed,
    ),
    Defect(
        "any-audience",
        "test_12_single_sign_on",
        "server.people.saml.assertions:_audiences",
        lambda _module: lambda _restriction: _Everything(),
    ),
    Defect(
        "any-browser-claims",
        "test_12_single_sign_on",
        "server.people.actions.saml_sign_in:_trip",
        _any_trip,
    ),
    Defect(
        "document-types-in-saml",
        "test_26_entities",
        "server.people.saml.documents:_FORBIDDEN",
        _constant(()),
    ),
    Defect(
        "tokens-stored-as-they-are",
        "test_13_secrets_in_answers",
        "server.people.rules.credentials:secret_hash",
        lambda _module: lambda secret: secret,
    ),
    Defect(
        "password-follows-the-address",
        "test_14_passwords_sent_elsewhere",
        "server.people.actions.directories:_WHERE_TO",
        _constant(frozenset()),
    ),
    Defect(
        "secret-follows-the-issuer",
        "test_14_passwords_sent_elsewhere",
        "server.people.actions.providers:_WHERE_TO",
        _constant(frozenset()),
    ),
    Defect(
        "mail-password-follows-the-server",
        "test_14_passwords_sent_elsewhere",
        "server.commands.setup_settings:_elsewhere",
        _always(False),
    ),
    Defect(
        "any-file-name",
        "test_15_path_traversal",
        "server.foundation.storage:_NAME",
        _constant(re.compile(r"(?s).*")),
    ),
    Defect(
        "any-server-address",
        "test_17_where_we_connect",
        "server.people.actions.directories:_server_fault",
        _always(""),
    ),
    Defect(
        "connect-to-anywhere",
        "test_17_where_we_connect",
        "server.foundation.outbound:Gate.allows",
        _always(True),
    ),
    Defect(
        "no-escaping-for-people",
        "test_18_markup_by_people",
        "flask.app:Flask.select_jinja_autoescape",
        _always(False),
    ),
    Defect(
        "room-behind-a-table",
        "test_18_markup_by_people",
        "server.people.rules.photos:_check_length",
        _always(None),
    ),
    Defect(
        "any-token-proves",
        "test_19_hijacked_threads",
        "server.notify.rules.tokens:holds",
        _always(True),
    ),
    Defect(
        "any-sender-is-proven",
        "test_19_hijacked_threads",
        "server.desk.mail.rules.proving:is_proven",
        _always(True),
    ),
    Defect(
        "formulas-as-they-are",
        "test_20_formulas",
        "server.foundation.sheets:safe_cell",
        lambda _module: str,
    ),
    Defect(
        "any-words-are-a-range",
        "test_22_commands",
        "discovery.targets.ranges:parse_range",
        _any_range,
    ),
    Defect(
        "secrets-unsealed",
        "test_23_plain_secrets",
        "server.foundation.secrets:SecretBox.seal",
        lambda _module: lambda _self, secret, _place: secret,
    ),
    Defect(
        "secrets-bound-to-nothing",
        "test_23_plain_secrets",
        "server.foundation.secrets:Place.bound",
        _constant(b""),
    ),
    Defect(
        "rotation-that-seals-nothing",
        "test_23_plain_secrets",
        "server.foundation.rotation:_old",
        lambda _module: lambda column, _box: column.is_(None),
    ),
    Defect(
        "agent-reads-open-files",
        "test_24_agents_rights",
        "agent.safety:refuse_open_file",
        _always(None),
    ),
    Defect(
        "document-types-read",
        "test_26_entities",
        "defusedxml.ElementTree:fromstring",
        _with_entities,
    ),
    Defect(
        "bombs-unpacked",
        "test_27_bombs",
        "server.items.payload:MAX_UNPACKED",
        _constant(1 << 40),
    ),
    Defect(
        "pictures-without-bounds",
        "test_27_bombs",
        "server.people.rules.photos:_check_sides",
        _always(None),
    ),
    Defect(
        "scans-without-end",
        "test_27_bombs",
        "server.people.rules.photos:MOST_SCANS",
        _constant(1 << 20),
    ),
    Defect(
        "forgery-accepted",
        "test_28_forged_requests",
        "server.foundation.edge.csrf:refuse_forgery",
        _always(None),
    ),
    Defect(
        "sessions-survive",
        "test_29_sessions",
        "server.people.actions.sessions:revoke_session",
        _always(None),
    ),
    Defect(
        "codes-count-again",
        "test_29_sessions",
        "server.people.actions.second_factor:_takes",
        _always(True),
    ),
    Defect(
        "unknown-logins-are-quick",
        "test_30_guessing_logins",
        "server.people.passwords:verify_password",
        _quick_no,
    ),
    Defect(
        "guess-for-ever",
        "test_30_guessing_logins",
        "server.people.rules.lockout:seconds_to_wait",
        _always(0),
    ),
    Defect("go-anywhere", "test_31_open_redirects", "web.pages.account:where_to", _typed_next),
    Defect(
        "believe-any-header",
        "test_32_proxy_headers",
        "server.foundation.edge.credentials:client_address",
        _first_address,
    ),
    Defect(
        "hash-of-nothing",
        "test_33_audit",
        "server.foundation.audit:_hash_of",
        _always("0" * 64),
    ),
    Defect(
        "seal-not-looked-at",
        "test_34_restore",
        "server.foundation.backup.archive:_check_seal",
        _always(None),
    ),
    Defect(
        "an-expression-that-explodes",
        "test_35_slow_expressions",
        "server.people.rules.dn:_ESCAPED",
        _constant(re.compile(r"(a+)+$")),
    ),
    Defect(
        "figures-for-everybody",
        "test_36_doors_left_open",
        "server.foundation.edge.health:_asked_from_here",
        _always(True),
    ),
)
