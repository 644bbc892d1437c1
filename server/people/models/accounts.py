"""Log-ins, browser sessions, tokens, and how somebody likes their pages."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
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
    #: What they last said of themselves (``rules.availability``), and when.
    availability: Mapped[str] = mapped_column(Key, default="available", server_default="available")
    availability_at: Mapped[datetime | None]


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
