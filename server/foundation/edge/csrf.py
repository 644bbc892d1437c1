"""Against requests that another site makes a signed-in browser send.

Two guards. The browser's own word: Sec-Fetch-Site, or Origin where that is missing; both missing
means that no browser sent it. And, with a session cookie, a token that only our pages know: it is
derived from the session's secret, so it dies with the session and needs no storage.
A request that bears a token is exempt, because no other site can make a browser send one.
"""

import hashlib
import hmac

from server.foundation.edge.credentials import Presented, session_secret
from server.foundation.errors import ForgeryRefused

#: The form field; requests from scripts send the header ``X-CSRF-Token`` instead.
FIELD = "csrf_token"

_OURS = {"same-origin", "none"}


def csrf_token() -> str:
    """Return the token for forms and scripts of this session; "" for somebody not signed in."""
    secret = session_secret()
    return "" if secret is None else token_of(secret)


def token_of(secret: str) -> str:
    """Derive the token of a session from its secret; the way back does not exist."""
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest()


def refuse_forgery(request: Presented) -> None:
    """Raise ``ForgeryRefused`` when an unsafe request may come from another site."""
    if not request.unsafe:
        return
    if not _from_our_pages(request):
        raise ForgeryRefused("this request came from another site")
    if request.session_secret is None:
        return
    expected = token_of(request.session_secret)
    if not hmac.compare_digest(request.csrf_token.encode(), expected.encode()):
        raise ForgeryRefused("the form is out of date; open the page again and repeat")


def _from_our_pages(request: Presented) -> bool:
    if request.fetch_site:
        return request.fetch_site in _OURS
    return not request.origin or request.origin.lower() in request.own_origins
