"""What signing in over SAML rests on: its libraries, and certificates that end."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.commands.diagnosis.finding import Finding, fine, look, wrong
from server.people.models import SAML, IdentityProvider
from server.people.queries.providers import terms_of
from server.people.saml.extra import is_installed
from server.people.saml.keys import particulars

_SOON = timedelta(days=30)


def look_at_signing_in(session: Session, now: datetime) -> Iterator[Finding]:
    """Yield whether SAML can be spoken and goes on; nothing where nobody asked for it."""
    query = select(IdentityProvider).where(
        IdentityProvider.protocol == SAML, IdentityProvider.enabled
    )
    rows = list(session.scalars(query))
    if not rows:
        return
    if not is_installed():
        seen = "cadastre[saml] is not installed, so nobody signs in over SAML"
        yield wrong("sign-in", seen, "install cadastre[saml], then start the server anew")
        return
    terms = terms_of(session, [row.id for row in rows])
    for row in rows:
        ends = [particulars(one).expires_at for one in terms[row.id].certificates]
        yield _finding(row.code, max(ends), now)


def _finding(code: str, end: datetime, now: datetime) -> Finding:
    """Judge a provider by the last of its certificates: while one is valid, people get in."""
    mend = f"cadastre provider test {code}, or paste its metadata anew"
    if end <= now:
        return wrong("sign-in", f"the certificate of {code} ended on {end:%Y-%m-%d}", mend)
    if end <= now + _SOON:
        return look("sign-in", f"the certificate of {code} ends on {end:%Y-%m-%d}", mend)
    return fine("sign-in", f"{code} signs until {end:%Y-%m-%d}")
