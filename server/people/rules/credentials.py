"""Random secrets: what session cookies and bearer tokens hold, and what is stored of them."""

import hashlib
import secrets

#: What every token begins with, so that scanners for leaked secrets can find it.
TOKEN_PREFIX = "cad_"  # noqa: S105 - a prefix, not a secret


def new_session_secret() -> str:
    """Return 256 random bits for a cookie."""
    return secrets.token_urlsafe(32)


def new_token() -> str:
    """Return a bearer token; it is shown once."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def secret_hash(secret: str) -> str:
    """Return what is stored instead: the secret is random, so one round of SHA-256 will do."""
    return hashlib.sha256(secret.encode()).hexdigest()
