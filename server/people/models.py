"""Log-ins, sessions, tokens and roles. The people themselves stand in ``cmdb.records.parties``."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, false
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class Account(Identified, Base):
    """A person's way in: a password of ours, or a directory that checks theirs."""

    __tablename__ = "account"

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE"), unique=True
    )
    login: Mapped[str] = mapped_column(String)
    #: ``rules.logins.login_key`` of ``login``; what a typed login is compared with.
    login_key: Mapped[str] = mapped_column(Key, unique=True)
    #: argon2id, parameters included; None when no password of ours opens this account.
    password_hash: Mapped[str | None] = mapped_column(String)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    password_changed_at: Mapped[datetime | None]
    disabled: Mapped[bool] = mapped_column(default=False)
    #: The directory that checks the password; then ``password_hash`` is None.
    directory_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("directory.id", ondelete="SET NULL"), index=True
    )
    created_at: Mapped[datetime]
    last_sign_in_at: Mapped[datetime | None]


class WebSession(Identified, Base):
    """A signed-in browser. The cookie holds the secret, the row only its hash."""

    __tablename__ = "web_session"

    id_hash: Mapped[str] = mapped_column(Key, unique=True)
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(Key, default="")
    user_agent: Mapped[str] = mapped_column(String, default="")
    revoked_at: Mapped[datetime | None]


class SignInAttempt(Identified, Base):
    """One try to sign in; written before the password is looked at, so that none goes uncounted."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index(None, "login_key", "at"), Index(None, "address", "at"))

    login_key: Mapped[str] = mapped_column(Key)
    address: Mapped[str] = mapped_column(Key)
    at: Mapped[datetime] = mapped_column(index=True)
    #: "failed" until the credentials have been found right: "succeeded", or "void" when nobody
    #: could tell (the directory did not answer).
    outcome: Mapped[str] = mapped_column(Key, default="failed")


class ApiToken(Identified, Base):
    """A bearer token of one person. Shown once; only its hash is kept."""

    __tablename__ = "api_token"

    token_hash: Mapped[str] = mapped_column(Key, unique=True)
    name: Mapped[str] = mapped_column(String)
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    #: The most this token may do; None for all that the person may.
    permissions: Mapped[list[Any] | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Role(Identified, Base):
    """A named set of permissions. Shipped roles are refreshed from code at every start."""

    __tablename__ = "role"

    code: Mapped[str] = mapped_column(Key, unique=True)
    #: Language to text: {"en": …, "es": …, "ru": …}.
    labels: Mapped[dict[str, Any]]
    permissions: Mapped[list[Any]]
    #: How far its permissions reach unless a grant says less.
    reach: Mapped[str] = mapped_column(Key, default="all")
    builtin: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)


class RoleGrant(Identified, Base):
    """A role given to a person or to a group, inside one organisation subtree."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (group_id IS NULL)", name="one_party"),
        Index(None, "person_id"),
        Index(None, "group_id"),
    )

    role_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("role.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE")
    )
    group_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("party_group.id", ondelete="CASCADE")
    )
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"), index=True)
    #: Only items of this class and the classes below it.
    class_code: Mapped[str | None] = mapped_column(Key)
    reach: Mapped[str] = mapped_column(Key, default="all")
    #: It counts only while its holder has broken the glass: ``EmergencyUse``.
    emergency: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime]


class EmergencyUse(Identified, Base):
    """Somebody broke the glass: why, until when, and what others thought of it afterwards."""

    __tablename__ = "emergency_use"

    #: None when the grant has been taken back since, or a log-in was opened from the command line.
    grant_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("role_grant.id", ondelete="SET NULL"), index=True
    )
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"), index=True)
    #: The code of the role; "" for a log-in that the command line opened.
    role: Mapped[str] = mapped_column(Key)
    reason: Mapped[str] = mapped_column(String)
    taken_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    #: Of all of the above but ``ended_at``; see ``rules.emergencies.signed_document``.
    signature: Mapped[str] = mapped_column(String, default="")
    reviewed_by: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    reviewed_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(String, default="")


class Directory(Identified, Base):
    """An LDAP directory that people and groups come from and sign in through."""

    __tablename__ = "directory"

    code: Mapped[str] = mapped_column(Key, unique=True)
    name: Mapped[str] = mapped_column(String)
    #: ``ldap://host:port`` or ``ldaps://host:port``; several, parted by blanks, are replicas.
    url: Mapped[str] = mapped_column(String)
    start_tls: Mapped[bool] = mapped_column(default=True)
    #: PEM text of the authority that signed the server's certificate; "" for the system's.
    authority: Mapped[str] = mapped_column(String, default="")
    base_dn: Mapped[str] = mapped_column(String)
    bind_dn: Mapped[str] = mapped_column(String, default="")
    #: Sealed by ``foundation.secrets``; "" when there is none.
    sealed_password: Mapped[str] = mapped_column(String, default="")
    person_filter: Mapped[str] = mapped_column(String)
    group_filter: Mapped[str] = mapped_column(String)
    #: "openldap" or "active_directory": which defaults ``mapping`` differs from.
    flavour: Mapped[str] = mapped_column(Key, default="openldap")
    #: Our field to their attribute, where it differs from the flavour's defaults.
    mapping: Mapped[dict[str, Any]]
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    #: How far the last synchronisation read: ``rules.deltas.Watermark`` as a document.
    state: Mapped[dict[str, Any]]
    enabled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def has_password(self) -> bool:
        """Say whether there is a password, which is all that may be told of it."""
        return bool(self.sealed_password)


class DirectoryRule(Identified, Base):
    """What membership in some of a directory's groups gives: a role, or an organisation."""

    __tablename__ = "directory_rule"

    directory_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("directory.id", ondelete="CASCADE"), index=True
    )
    #: Of several rules that name an organisation for somebody, the lowest position wins.
    position: Mapped[int]
    #: A group's name or DN, ``*`` standing for anything; ``rules.group_rules`` compares.
    group_pattern: Mapped[str] = mapped_column(String)
    #: The role that the groups get in ``organisation_id``; None when the rule is about where
    #: people belong.
    role_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("role.id", ondelete="CASCADE"), index=True
    )
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"), index=True)
    created_at: Mapped[datetime]


class DirectoryRuleGrant(Base):
    """A grant that stands because of a rule, and goes with it."""

    __tablename__ = "directory_rule_grant"

    rule_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("directory_rule.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    grant_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("role_grant.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )


class SecondFactor(Identified, Base):
    """What somebody must show beside their password: the time-based codes of an authenticator."""

    __tablename__ = "second_factor"

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE"), unique=True
    )
    #: The shared secret in base 32, sealed by ``foundation.secrets``.
    sealed_secret: Mapped[str] = mapped_column(String, default="")
    #: When the first code was found right; before that it guards nothing.
    confirmed_at: Mapped[datetime | None]
    #: The time step of the last code that was taken; none is taken twice.
    last_step: Mapped[int] = mapped_column(BigId, default=0)
    created_at: Mapped[datetime]


class RecoveryCode(Identified, Base):
    """A code that replaces a lost authenticator, once. Only its hash is kept."""

    __tablename__ = "recovery_code"

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    code_hash: Mapped[str] = mapped_column(Key, unique=True)
    used_at: Mapped[datetime | None]


class Passkey(Identified, Base):
    """A key pair of WebAuthn that lets somebody in; only the public half is here."""

    __tablename__ = "passkey"

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    #: What its owner calls it.
    name: Mapped[str] = mapped_column(String)
    #: SHA-256 of the credential's id, which may be as long as 1,023 bytes.
    credential_hash: Mapped[str] = mapped_column(Key, unique=True)
    #: AAGUID, id and public key, as section 6.5.1 of WebAuthn lays them out, in base 64.
    credential: Mapped[str] = mapped_column(String)
    #: How often it has signed, by its own count; a copy of it counts apart. 0: it does not count.
    signatures: Mapped[int] = mapped_column(BigId, default=0)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class IdentityProvider(Identified, Base):
    """An OpenID Connect provider that vouches for people."""

    __tablename__ = "identity_provider"

    code: Mapped[str] = mapped_column(Key, unique=True)
    name: Mapped[str] = mapped_column(String)
    #: Exactly as the provider writes itself into its tokens.
    issuer: Mapped[str] = mapped_column(String)
    client_id: Mapped[str] = mapped_column(String)
    #: Sealed by ``foundation.secrets``; "" for a public client.
    sealed_secret: Mapped[str] = mapped_column(String, default="")
    scopes: Mapped[str] = mapped_column(String, default="openid profile email")
    #: The claim that names the log-in of somebody we know already; "" links nobody by itself.
    login_claim: Mapped[str] = mapped_column(String, default="")
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"), index=True)
    enabled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def has_secret(self) -> bool:
        """Say whether there is a client secret, which is all that may be told of it."""
        return bool(self.sealed_secret)


class ExternalIdentity(Identified, Base):
    """Somebody as an identity provider knows them: (provider, subject), byte for byte."""

    __tablename__ = "external_identity"
    __table_args__ = (Index(None, "provider_id", "subject", unique=True),)

    provider_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_provider.id", ondelete="CASCADE")
    )
    subject: Mapped[str] = mapped_column(Key)
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class PendingSignIn(Identified, Base):
    """A sign-in half done: the password was right, or the browser was sent to a provider."""

    __tablename__ = "pending_sign_in"

    #: Of the secret in the browser's short-lived cookie.
    secret_hash: Mapped[str] = mapped_column(Key, unique=True)
    person_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    provider_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("identity_provider.id", ondelete="CASCADE"), index=True
    )
    #: What the answer is compared with: nonce, state and verifier of a provider's round trip.
    expected: Mapped[dict[str, Any]]
    #: Codes tried; a few only, whoever the guesser is.
    tries: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class DirectoryEntry(Identified, Base):
    """What we hold of one entry of a directory. Its identity is the directory's own unique id."""

    __tablename__ = "directory_entry"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (group_id IS NULL)", name="one_party"),
        Index(None, "directory_id", "external_id", unique=True),
        Index(None, "person_id"),
        Index(None, "group_id"),
    )

    directory_id: Mapped[int] = mapped_column(BigId, ForeignKey("directory.id", ondelete="CASCADE"))
    #: entryUUID or objectGUID as a lower-case UUID.
    external_id: Mapped[str] = mapped_column(Key)
    person_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE")
    )
    group_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("party_group.id", ondelete="CASCADE")
    )
    dn: Mapped[str] = mapped_column(String)
    digest: Mapped[str] = mapped_column(Key)
    seen_at: Mapped[datetime]


class DirectoryRun(Identified, Base):
    """One synchronisation and its report."""

    __tablename__ = "directory_run"
    __table_args__ = (Index(None, "directory_id", "id"),)

    directory_id: Mapped[int] = mapped_column(BigId, ForeignKey("directory.id", ondelete="CASCADE"))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    #: "running", "finished", "held" (the guard waits for somebody) or "failed".
    state: Mapped[str] = mapped_column(Key)
    #: ``rules.sync_plan.SyncReport`` as a document.
    report: Mapped[dict[str, Any]]


class Roster(Identified, Base):
    """A second source of people: what the personnel office says of them, as a file or over REST."""

    __tablename__ = "roster"

    #: Names it as a source, as a directory's code does; no two sources share one.
    code: Mapped[str] = mapped_column(Key, unique=True)
    name: Mapped[str] = mapped_column(String)
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"), index=True)
    #: Our field to the header of their column; see ``rules.roster_lines``.
    columns: Mapped[dict[str, Any]]
    #: The fields in which its word counts before that of directories.
    wins: Mapped[list[Any]]
    #: Each delivery holds everybody: whoever is missing has left.
    complete: Mapped[bool] = mapped_column(default=False)
    #: Whoever nobody else knows is written down.
    creates: Mapped[bool] = mapped_column(default=True)
    enabled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class RosterRun(Identified, Base):
    """One delivery of a personnel list, and its report."""

    __tablename__ = "roster_run"
    __table_args__ = (Index(None, "roster_id", "id"),)

    roster_id: Mapped[int] = mapped_column(BigId, ForeignKey("roster.id", ondelete="CASCADE"))
    #: What the file was called; "" for one that came over REST.
    file_name: Mapped[str] = mapped_column(String, default="")
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    #: "queued", "running", "finished", "held" (the guard waits for somebody) or "failed".
    state: Mapped[str] = mapped_column(Key)
    #: ``rules.roster_plan.RosterReport`` as a document.
    report: Mapped[dict[str, Any]]
    #: The lines until they are carried out or fail: JSON, packed by zlib.
    packed: Mapped[bytes | None] = mapped_column(LargeBinary)


class PersonWord(Identified, Base):
    """What one source says of somebody of whom several sources speak.

    Of whom only one speaks, the columns of ``Person`` are its word, and there is no row here.
    """

    __tablename__ = "person_word"
    __table_args__ = (
        Index(None, "person_id", "source", unique=True),
        Index(None, "source", "external_key"),
    )

    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id", ondelete="CASCADE"))
    source: Mapped[str] = mapped_column(Key)
    #: By which a personnel list knows them; "" for the words of other sources.
    external_key: Mapped[str] = mapped_column(Key, default="")
    #: Column of ``Person`` to text.
    said: Mapped[dict[str, Any]]
    #: Of ``said`` and the rest of the line; tells whether a delivery says anything new.
    digest: Mapped[str] = mapped_column(Key, default="")
    #: It says that they are no longer here.
    gone: Mapped[bool] = mapped_column(default=False)
    manager_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    said_at: Mapped[datetime]


class PersonPhoto(Base):
    """What somebody looks like: a small picture put together anew from what was given."""

    __tablename__ = "person_photo"

    person_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("person.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    #: "local", or the code of the directory it comes from.
    source: Mapped[str] = mapped_column(Key)
    #: "image/jpeg" or "image/png".
    media_type: Mapped[str] = mapped_column(Key)
    #: SHA-256 of what was given, to know whether it changed.
    given_digest: Mapped[str] = mapped_column(Key)
    image: Mapped[bytes] = mapped_column(LargeBinary)
    updated_at: Mapped[datetime]


class Preference(Base):
    """How a person likes a page to be; ``name`` says of which page, such as "items.columns"."""

    __tablename__ = "preference"

    person_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("person.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    name: Mapped[str] = mapped_column(Key, primary_key=True)
    value: Mapped[list[Any]]
