"""SAML providers as they are shown: what is agreed, and when certificates end."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from server.people.models import IdentityProvider
from server.people.queries.providers import terms_of
from server.people.saml.keys import particulars
from server.people.saml.values import our_addresses


def described(
    session: Session, rows: Sequence[IdentityProvider], base_url: str
) -> list[dict[str, Any]]:
    """Return what may be told of providers; the caller has checked who asks."""
    terms = terms_of(session, [row.id for row in rows])
    found = []
    for row in rows:
        agreed = terms[row.id]
        entity_id, answers_url = our_addresses(base_url, row.code)
        found.append(
            {
                "id": row.id,
                "code": row.code,
                "name": row.name,
                "entity_id": row.issuer,
                "sign_in_url": agreed.sign_in_url,
                "certificates": [particulars(one) for one in agreed.certificates],
                "metadata_url": agreed.metadata_url,
                "valid_until": agreed.valid_until,
                "login_attribute": row.login_claim,
                "sign_requests": agreed.sign_requests,
                "allow_unsolicited": agreed.allow_unsolicited,
                "our_entity_id": entity_id,
                "our_answers_url": answers_url,
                "our_certificate": particulars(agreed.own_certificate),
                "organisation_id": row.organisation_id,
                "enabled": row.enabled,
                "created_at": row.created_at,
                "updated_at": row.updated_at,
                "version": row.version,
            }
        )
    return found
