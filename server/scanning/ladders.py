"""With what a device is asked from a ticket: what fitted it last, then its ranges' credentials.

Only what discovery offers this address anyway is offered: a credential that is kept for another
network, or for another place that uses the same addresses, is not shown to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from discovery.snmp.credentials import Ladder
from server.foundation.secrets import SecretBox
from server.scanning.actions import open_credential
from server.scanning.fitting import mark_of
from server.scanning.models import CredentialFit, ScanRange, SnmpCredential
from server.scanning.nearness import width_around

#: Why nothing can be asked over SNMP.
NO_CREDENTIAL = "it has no credential"


@dataclass(frozen=True, slots=True)
class Rungs:
    """The credentials for one address, by id in their order; ``fitted``: the first fitted last."""

    port: int
    credential_ids: tuple[int, ...]
    fitted: bool


def rungs_at(
    session: Session, organisation_id: int, collector_id: int | None, address: str
) -> Rungs | None:
    """Return what an address is asked with by a collector, or (None) by this server.

    None where nothing is remembered of the address, and no range holds it that is swept from there.
    """
    fit = _fit_at(session, organisation_id, collector_id, address)
    ranges = _ranges_around(session, organisation_id, collector_id, address)
    if fit is None and not ranges:
        return None
    port = fit.port if fit is not None else ranges[0].port
    ids = [fit.credential_id] if fit is not None else []
    ids += [one for row in ranges if row.port == port for one in row.credential_ids]
    return Rungs(port, tuple(dict.fromkeys(ids)), fit is not None)


def open_ladder(
    session: Session,
    credential_ids: Sequence[int],
    address: str,
    secrets: SecretBox,
    *,
    fitted: bool,
) -> Ladder:
    """Return credentials as discovery uses them, without those that are gone.

    Raises ``SecretUnreadable``.
    """
    rows = [(one, session.get(SnmpCredential, one)) for one in credential_ids]
    there = [(number, row) for number, row in rows if row is not None]
    first = fitted and bool(there) and there[0][0] == credential_ids[0]
    opened = tuple(open_credential(row, secrets) for _, row in there)
    return Ladder(opened, {address: 0} if first else {})


def _fit_at(
    session: Session, organisation_id: int, collector_id: int | None, address: str
) -> CredentialFit | None:
    """Return what fitted an address last, unless the credential was changed since."""
    query = (
        select(CredentialFit, SnmpCredential)
        .join(SnmpCredential, SnmpCredential.id == CredentialFit.credential_id)
        .where(
            CredentialFit.organisation_id == organisation_id,
            CredentialFit.collector_id == (collector_id or 0),
            CredentialFit.address == address,
        )
        .order_by(CredentialFit.fitted_at.desc(), CredentialFit.id.desc())
    )
    rows = session.execute(query)
    return next((fit for fit, credential in rows if fit.mark == mark_of(credential)), None)


def _ranges_around(
    session: Session, organisation_id: int, collector_id: int | None, address: str
) -> list[ScanRange]:
    """Return the ranges with an address that are swept from one place, the narrowest first."""
    query = select(ScanRange).where(
        ScanRange.organisation_id == organisation_id, ScanRange.collector_id == collector_id
    )
    found = [(width_around(one.addresses, address), one) for one in session.scalars(query)]
    holding = [(width, one.id, one) for width, one in found if width is not None]
    return [one for _, _, one in sorted(holding, key=lambda each: each[:2])]
