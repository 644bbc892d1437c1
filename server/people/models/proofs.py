"""What somebody proves themselves by beside a password: codes, passkeys, another provider."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key

OPENID = "openid"
SAML = "saml"


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
    """Somebody else who vouches for people, over OpenID Connect or SAML."""

    __tablename__ = "identity_provider"

    #: "openid" or "saml"; what SAML needs besides stands in ``SamlProvider``.
    protocol: Mapped[str] = mapped_column(Key, default=OPENID, server_default=OPENID)
    code: Mapped[str] = mapped_column(Key, unique=True)
    name: Mapped[str] = mapped_column(String)
    #: Exactly as the provider writes itself into its tokens.
    issuer: Mapped[str] = mapped_column(String)
    client_id: Mapped[str] = mapped_column(String)
    #: Sealed by ``foundation.secrets``; "" for a public client. With SAML our private key.
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
