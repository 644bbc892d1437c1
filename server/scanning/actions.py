"""Keeping credentials, and asking for a device to be visited."""

import ipaddress
import json
import re
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import DuplicateName, InvalidValue, NotFound
from cmdb.model.text import text_key
from discovery.snmp.credentials import Community, Credential, User
from server.foundation import audit
from server.foundation.jobs.queue import enqueue
from server.foundation.permissions import Actor, Permission
from server.foundation.secrets import Place, SecretBox
from server.items.organisations import require_organisation
from server.scanning.collectors.asking import NO_COLLECTOR, ask_errand, usable
from server.scanning.models import Probe, SnmpCredential
from server.scanning.queries import get_credential

PROBE_JOB = "scanning.probe"
#: The same, done by a collector. Payload: ``probe_id``.
PROBE_ERRAND = "probe"
_HOST = re.compile(r"^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_-]{1,63})*\.?$")


@dataclass(frozen=True, slots=True)
class CredentialDraft:
    """A new credential. ``community`` for versions 1 and 2c, user and keys for version 3."""

    organisation_id: int
    name: str
    version: str = "2c"
    community: str = field(default="", repr=False)
    user: str = ""
    auth_protocol: str = ""
    auth_key: str = field(default="", repr=False)
    priv_protocol: str = ""
    priv_key: str = field(default="", repr=False)


def create_credential(
    session: Session, actor: Actor, secrets: SecretBox, draft: CredentialDraft, now: datetime
) -> SnmpCredential:
    """Keep a credential; its secrets are sealed. Raises ``InvalidValue``, ``DuplicateName``."""
    require_organisation(session, actor, Permission.DISCOVERY_RUN, draft.organisation_id)
    name = " ".join(draft.name.split())
    if not 0 < len(name) <= 100:
        raise InvalidValue({"name": "must have 1 to 100 characters"})
    _try_out(draft)
    taken = select(SnmpCredential.id).where(
        SnmpCredential.organisation_id == draft.organisation_id,
        SnmpCredential.name_key == text_key(name),
    )
    if session.scalar(taken) is not None:
        raise DuplicateName("credential", "name", name)
    row = SnmpCredential(
        organisation_id=draft.organisation_id,
        name=name,
        name_key=text_key(name),
        version=draft.version,
        user=draft.user,
        auth_protocol=draft.auth_protocol,
        priv_protocol=draft.priv_protocol,
        created_at=now,
    )
    session.add(row)
    session.flush()  # the seal is bound to the row's id
    secret = {"community": draft.community, "auth": draft.auth_key, "priv": draft.priv_key}
    row.sealed = secrets.seal(json.dumps(secret), _place(row))
    audit.record(session, actor, "snmp_credential.created", f"snmp_credential:{row.id}")
    return row


def _try_out(draft: CredentialDraft) -> None:
    try:
        if draft.version == "3":
            User(
                draft.user,
                draft.auth_protocol,
                draft.auth_key,
                draft.priv_protocol,
                draft.priv_key,
            )
        else:
            Community(draft.community, draft.version)
    except ValueError as error:
        named = "user" if draft.version == "3" else "community"
        raise InvalidValue({named: str(error)}) from error


def _place(row: SnmpCredential) -> Place:
    return Place(SnmpCredential.__tablename__, "sealed", row.id)


def open_credential(row: SnmpCredential, secrets: SecretBox) -> Credential:
    """Return the credential as discovery uses it. Raises ``SecretUnreadable``."""
    secret = json.loads(secrets.open(row.sealed, _place(row)))
    if row.version != "3":
        return Community(secret["community"], row.version, name=row.name)
    return User(
        row.user,
        row.auth_protocol,
        secret["auth"],
        row.priv_protocol,
        secret["priv"],
        name=row.name,
    )


def delete_credential(session: Session, actor: Actor, credential_id: int) -> None:
    """Forget a credential."""
    row = get_credential(session, actor, credential_id)
    actor.require(Permission.DISCOVERY_RUN, row.organisation_id)
    session.delete(row)
    audit.record(session, actor, "snmp_credential.deleted", f"snmp_credential:{credential_id}")


@dataclass(frozen=True, slots=True)
class ProbeDraft:
    """Which device to visit, with which credential, and into which organisation it goes."""

    organisation_id: int
    target: str
    credential_id: int
    port: int = 161
    #: Who visits it; None: this server.
    collector_id: int | None = None


def ask_probe(session: Session, actor: Actor, draft: ProbeDraft, now: datetime) -> Probe:
    """Ask for a device to be visited soon; returns at once. Raises ``InvalidValue``."""
    require_organisation(session, actor, Permission.DISCOVERY_RUN, draft.organisation_id)
    target = draft.target.strip()
    problems: dict[str, str] = {}
    if not _is_host(target):
        problems["target"] = "must be one IP address or host name"
    if not 1 <= draft.port <= 65535:
        problems["port"] = "must be from 1 to 65535"
    credential = None
    try:
        credential = get_credential(session, actor, draft.credential_id)
    except NotFound:
        problems["credential_id"] = f"there is no credential {draft.credential_id}"
    if credential is not None and credential.organisation_id != draft.organisation_id:
        problems["credential_id"] = "belongs to another organisation"
    if not usable(session, draft.collector_id, draft.organisation_id):
        problems["collector_id"] = NO_COLLECTOR
    if problems:
        raise InvalidValue(problems)
    probe = Probe(
        organisation_id=draft.organisation_id,
        target=target,
        port=draft.port,
        credential_id=draft.credential_id,
        collector_id=draft.collector_id,
        state="queued",
        asked_by_id=actor.person_id,
        asked_at=now,
        detail={},
    )
    session.add(probe)
    session.flush()  # the job names it
    if probe.collector_id is not None:
        ask_errand(session, probe.collector_id, PROBE_ERRAND, {"probe_id": probe.id}, now)
    else:
        enqueue(session, PROBE_JOB, {"probe_id": probe.id}, key=f"probe:{probe.id}")
    return probe


def _is_host(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return bool(_HOST.match(text)) and not text.replace(".", "").isdigit()
    return True
