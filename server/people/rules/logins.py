"""How logins and names compare: what looks the same to a person is the same to us."""

import unicodedata


def login_key(login: str) -> str:
    r"""Return what a login is compared by: NFKC, case folded, without surrounding space.

    >>> login_key(" \uff21\uff44\uff41 ") == login_key("ADA")
    True
    """
    folded = unicodedata.normalize("NFKC", login).strip().casefold()
    return unicodedata.normalize("NFKC", folded)


def name_key(name: str) -> str:
    """Return what names are sorted and searched by; runs of white space count as one.

    >>> name_key("Ada   Lovelace")
    'ada lovelace'
    """
    return " ".join(login_key(name).split())
