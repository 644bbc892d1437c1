"""What is agreed with SAML providers, and the answers of theirs that were taken."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class SamlProvider(Base):
    """What an identity provider has beside its row when it speaks SAML.

    The row's ``issuer`` is its entity id, ``login_claim`` the attribute that names the log-in, and
    ``sealed_secret`` our private key towards it.
    """

    __tablename__ = "saml_provider"

    provider_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("identity_provider.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    #: Where it signs people in, over HTTP-Redirect.
    sign_in_url: Mapped[str] = mapped_column(String)
    #: With which it may sign: PEM, several while it changes them.
    certificates: Mapped[list[Any]]
    #: Where its metadata can be fetched; "" when they were pasted.
    metadata_url: Mapped[str] = mapped_column(String, default="")
    valid_until: Mapped[datetime | None]
    #: The public half of our key, PEM.
    own_certificate: Mapped[str] = mapped_column(String)
    sign_requests: Mapped[bool] = mapped_column(default=False)
    #: Whether it may send people here without being asked.
    allow_unsolicited: Mapped[bool] = mapped_column(default=False)


class SamlAnswer(Identified, Base):
    """An assertion that was taken: it waits for its browser, and is never taken again."""

    __tablename__ = "saml_answer"
    __table_args__ = (Index(None, "provider_id", "assertion_hash", unique=True),)

    provider_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_provider.id", ondelete="CASCADE")
    )
    assertion_hash: Mapped[str] = mapped_column(Key)
    #: Of what the browser brings along from our address for answers; null once it came.
    ticket_hash: Mapped[str | None] = mapped_column(Key, unique=True)
    #: Whom it is about and what it answers; empty once the browser came.
    proven: Mapped[dict[str, Any]]
    received_at: Mapped[datetime]
    #: Until then it would be believed, so until then it is remembered.
    expires_at: Mapped[datetime] = mapped_column(index=True)
