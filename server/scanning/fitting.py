"""Which credential fitted which address: remembered between visits, so that it is tried first.

A device that is offered what it refuses counts that as an attack and tells so, and each credential
of SNMPv3 that does not fit costs seconds. What failed is forgotten, and so is what fitted when its
credential is no longer the same.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.orm import Session

from cmdb.model.text import text_key
from discovery.findings import DeviceFindings, Unreachable
from server.scanning.models import CredentialFit, SnmpCredential

#: So many addresses of a range are remembered in one errand of a collector.
MOST_TOLD = 10_000


@dataclass(frozen=True, slots=True)
class Standpoint:
    """From where devices are asked: by a collector or (None) by this server; and at which port."""

    organisation_id: int
    collector_id: int | None
    port: int

    def fits(self) -> ColumnElement[bool]:
        """Return the condition for what is remembered here."""
        return and_(
            CredentialFit.organisation_id == self.organisation_id,
            CredentialFit.collector_id == (self.collector_id or 0),
            CredentialFit.port == self.port,
        )


def mark_of(row: SnmpCredential) -> str:
    """Return what tells a credential from a changed one. Of its secret nothing can be learnt."""
    words = (row.version, row.user, row.auth_protocol, row.priv_protocol, row.sealed)
    return hashlib.sha256("\0".join(words).encode()).hexdigest()


def fitted_at(
    session: Session,
    here: Standpoint,
    credentials: Sequence[SnmpCredential],
    most: int | None = None,
) -> dict[str, int]:
    """Return the place in ``credentials`` of what fitted each address last."""
    places = {(row.id, mark_of(row)): place for place, row in enumerate(credentials)}
    query = (
        select(CredentialFit.address, CredentialFit.credential_id, CredentialFit.mark)
        .where(here.fits(), CredentialFit.credential_id.in_([row.id for row in credentials]))
        .order_by(CredentialFit.fitted_at.desc(), CredentialFit.id.desc())
        .limit(most)
    )
    return {
        row.address: places[row.credential_id, row.mark]
        for row in session.execute(query)
        if (row.credential_id, row.mark) in places
    }


def remember_fit(
    session: Session, here: Standpoint, result: DeviceFindings | Unreachable, now: datetime
) -> None:
    """Remember what fitted an address; of one that could not be read, forget it."""
    there = and_(here.fits(), CredentialFit.address == result.address)
    if isinstance(result, Unreachable):
        session.execute(delete(CredentialFit).where(there))
        return
    known = session.execute(
        select(SnmpCredential, CredentialFit)
        .outerjoin(CredentialFit, there)
        .where(
            SnmpCredential.organisation_id == here.organisation_id,
            SnmpCredential.name_key == text_key(result.credential),
        )
    ).first()
    if known is None:
        return  # deleted while the device was asked
    credential, fit = known
    if fit is None:
        fit = CredentialFit(
            organisation_id=here.organisation_id,
            collector_id=here.collector_id or 0,
            address=result.address,
            port=here.port,
        )
        session.add(fit)
    elif (fit.credential_id, fit.mark) == (credential.id, mark_of(credential)):
        return
    fit.credential_id, fit.mark, fit.fitted_at = credential.id, mark_of(credential), now
