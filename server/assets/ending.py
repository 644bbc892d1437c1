"""Letting contracts go: never silently, while something else counts on them."""

from dataclasses import dataclass

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict
from server.assets.documents.models import ContractDocument, Document
from server.assets.documents.queries import documents_in_scope
from server.assets.licences.models import LicenceEntitlement, SoftwareLicence
from server.assets.licences.queries import licences_in_scope
from server.assets.models import Contract, ItemContract
from server.assets.queries import get_contract
from server.foundation import audit
from server.foundation.permissions import Actor, Permission

#: So many of each are named; who needs all of them finds them on the contract's page.
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Ties:
    """What counts on a contract, by name so far as it is in sight, ``_NAMED`` of each at most."""

    licences: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    #: Whether there is more than was named: further ones, or some out of sight.
    more: bool = False

    def __bool__(self) -> bool:
        """Say whether anything counts on the contract."""
        return bool(self.licences or self.documents or self.more)


def ties_of(session: Session, actor: Actor, contract_id: int) -> Ties:
    """Return what counts on a contract that the caller has found to be in sight."""
    bought = exists().where(
        LicenceEntitlement.licence_id == SoftwareLicence.id,
        LicenceEntitlement.contract_id == contract_id,
    )
    kept = exists().where(
        ContractDocument.document_id == Document.id, ContractDocument.contract_id == contract_id
    )
    licences = session.scalars(
        select(SoftwareLicence.name)
        .where(bought, licences_in_scope(actor))
        .order_by(SoftwareLicence.name_key, SoftwareLicence.id)
        .limit(_NAMED)
    ).all()
    documents = session.scalars(
        select(Document.title)
        .where(kept, documents_in_scope(actor))
        .order_by(Document.title_key, Document.id)
        .limit(_NAMED)
    ).all()
    counts = [
        session.scalar(select(func.count()).select_from(what).where(hangs)) or 0
        for what, hangs in ((SoftwareLicence, bought), (Document, kept))
    ]
    return Ties(tuple(licences), tuple(documents), sum(counts) > len(licences) + len(documents))


def delete_contract(session: Session, actor: Actor, contract_id: int) -> None:
    """Let a contract go, and with it the word of what it covers.

    Refused while licences were bought or documents are kept under it. Raises ``NotFound``,
    ``PermissionDenied``, ``Conflict`` that names what counts on it.
    """
    actor.require(Permission.ITEM_WRITE)
    row = get_contract(session, actor, contract_id)
    actor.require(Permission.ITEM_WRITE, row.organisation_id)
    session.execute(select(Contract.id).where(Contract.id == contract_id).with_for_update())
    ties = ties_of(session, actor, contract_id)
    if ties:
        raise Conflict(_why(ties))
    here = ItemContract.contract_id == contract_id
    covered = session.scalar(select(func.count()).select_from(ItemContract).where(here)) or 0
    told = {
        "reference": row.reference,
        "name": row.name,
        "supplier": row.supplier,
        "ends_on": row.ends_on.isoformat(),
        "items": covered,
    }
    audit.record(session, actor, "contract.deleted", f"contract:{contract_id}", told)
    session.execute(delete(ItemContract).where(here))
    session.delete(row)
    session.flush()  # nothing finds it any more


def _why(ties: Ties) -> str:
    """Return what counts on a contract as a sentence.

    >>> _why(Ties(("Office",), ("Annex", "Terms"), more=True))
    'what counts on it: licences Office; documents Annex, Terms; and more'
    """
    parts = [
        f"{what} {', '.join(names)}"
        for what, names in (("licences", ties.licences), ("documents", ties.documents))
        if names
    ]
    return f"what counts on it: {'; '.join([*parts, *(['and more'] if ties.more else [])])}"
