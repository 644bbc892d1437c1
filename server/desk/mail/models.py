"""Mailboxes that are looked at, and every letter that came in through one."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key
from server.desk.mail.rules.sign_in import CLIENT_CREDENTIALS, PASSWORD


class Mailbox(Identified, Base):
    """A mailbox whose letters become tickets, and what they become."""

    __tablename__ = "mailbox"

    name: Mapped[str] = mapped_column(String)
    name_key: Mapped[str] = mapped_column(Key, unique=True)
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"), index=True)
    #: What people write to; answers to our mail go there.
    address: Mapped[str] = mapped_column(String)
    address_key: Mapped[str] = mapped_column(Key, index=True)
    host: Mapped[str] = mapped_column(String)
    port: Mapped[int]
    #: "tls", "starttls" or "plain" (nothing is encrypted).
    security: Mapped[str] = mapped_column(Key)
    #: PEM text of the authority that signed the server's certificate; "" for the system's.
    authority: Mapped[str] = mapped_column(String, default="")
    user_name: Mapped[str] = mapped_column(String)
    #: How it signs in, one of ``rules.sign_in.SIGN_INS``: "password" or "oauth".
    sign_in: Mapped[str] = mapped_column(Key, default=PASSWORD, server_default=PASSWORD)
    #: Sealed by ``foundation.secrets``; "" when there is none.
    sealed_password: Mapped[str] = mapped_column(String, default="")
    #: By what a token is asked for, one of ``rules.sign_in.GRANTS``; where, by whom, and for what.
    token_grant: Mapped[str] = mapped_column(
        Key, default=CLIENT_CREDENTIALS, server_default=CLIENT_CREDENTIALS
    )
    token_url: Mapped[str] = mapped_column(String, default="", server_default="")
    client_id: Mapped[str] = mapped_column(String, default="", server_default="")
    scope: Mapped[str] = mapped_column(String, default="", server_default="")
    #: Sealed too; the refresh token changes when the token server gives another one.
    sealed_client_secret: Mapped[str] = mapped_column(String, default="", server_default="")
    sealed_refresh_token: Mapped[str] = mapped_column(String, default="", server_default="")
    folder: Mapped[str] = mapped_column(String, default="INBOX")
    #: Where letters are moved that were fetched; "" marks them as seen and leaves them.
    done_folder: Mapped[str] = mapped_column(String, default="")
    #: What a new ticket is; "" and None leave it to the routing rules.
    kind: Mapped[str] = mapped_column(Key, default="incident")
    category: Mapped[str] = mapped_column(Key, default="")
    group_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("party_group.id"))
    #: What becomes of letters of people whom nobody knows: "hold", or "add" writes them down.
    strangers: Mapped[str] = mapped_column(Key, default="hold")
    #: Whether people of our own who were sent a copy follow the new ticket.
    watch_copied: Mapped[bool] = mapped_column(default=False)
    #: Whose Authentication-Results count (its authserv-id); "" believes what From says.
    trusted_server: Mapped[str] = mapped_column(String, default="")
    #: How long the letter itself is kept after it was decided.
    keep_days: Mapped[int] = mapped_column(default=90)
    #: Letters that the server got before this are left alone.
    since: Mapped[datetime]
    is_active: Mapped[bool] = mapped_column(default=True)
    #: What the server calls this state of the folder (RFC 3501, 2.3.1.1); None before a look.
    uid_validity: Mapped[int | None] = mapped_column(BigId)
    #: The largest UID below which nothing is left to fetch.
    last_uid: Mapped[int] = mapped_column(BigId, default=0)
    #: When it was last looked at and answered as it should.
    fetched_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(String, default="")
    #: Failures in a row; and not before when it is looked at again, or by when a look has ended.
    failures: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def has_password(self) -> bool:
        """Say whether there is a password, which is all that may be told of it."""
        return bool(self.sealed_password)

    @property
    def has_client_secret(self) -> bool:
        """Say whether the application's secret is there."""
        return bool(self.sealed_client_secret)

    @property
    def has_refresh_token(self) -> bool:
        """Say whether a refresh token is there."""
        return bool(self.sealed_refresh_token)


class ReceivedLetter(Identified, Base):
    """A letter that came in: what it became, or why it is held. Its bytes lie in the storage."""

    __tablename__ = "letter"
    __table_args__ = (
        Index(None, "mailbox_id", "uid_validity", "uid", unique=True),
        Index(None, "mailbox_id", "digest", unique=True),
        Index(None, "state", "id"),
        Index(None, "organisation_id", "state", "id"),
        Index(None, "ticket_id"),
        Index(None, "entry_id"),
        Index(None, "message_id"),
    )

    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    #: None once the mailbox was removed; its letters stay.
    mailbox_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("mailbox.id", ondelete="SET NULL")
    )
    #: Where the server keeps it: its folder's state, and its number there.
    uid_validity: Mapped[int] = mapped_column(BigId)
    uid: Mapped[int] = mapped_column(BigId)
    #: By which a letter is known again (``rules.knowing``).
    digest: Mapped[str] = mapped_column(Key)
    message_id: Mapped[str] = mapped_column(Key, default="")
    from_address: Mapped[str] = mapped_column(String, default="")
    from_name: Mapped[str] = mapped_column(String, default="")
    subject: Mapped[str] = mapped_column(String, default="")
    sent_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    size: Mapped[int] = mapped_column(BigId)
    sha256: Mapped[str] = mapped_column(Key, default="")
    #: Under which name ``foundation.storage`` keeps it; "" when it was too large, or is gone.
    stored_name: Mapped[str] = mapped_column(Key, default="")
    #: One of ``rules.states.STATES``.
    state: Mapped[str] = mapped_column(Key)
    #: Why it is held or ignored, one of ``rules.states.REASONS``; else "".
    reason: Mapped[str] = mapped_column(Key, default="")
    #: What went wrong in the last attempt, or why a person dropped it.
    note: Mapped[str] = mapped_column(String, default="")
    ticket_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("ticket.id", ondelete="SET NULL")
    )
    entry_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("ticket_entry.id", ondelete="SET NULL")
    )
    #: Whose letter it was taken for.
    person_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    attempts: Mapped[int] = mapped_column(default=0)
    decided_by_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="SET NULL")
    )
    decided_at: Mapped[datetime | None] = mapped_column(index=True)
