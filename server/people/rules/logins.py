"""How logins and names compare: what looks the same to a person is the same to us."""

import unicodedata


def login_key(login: str) -> str:
    r"""Return what a login is compared by: NFKC, case folded, without surrounding space.

    >>> login_key(" \uff21\uff44\uff41 ") == login_key("ADA")
    True
    """
    if login.isascii() and login.isprintable():
        # What follows comes to the same, and takes a hundred times as long.
        return login.casefold().strip()
    folded = unicodedata.normalize("NFKC", login).casefold()
    # What cannot be seen (control and format characters) must not make two logins differ.
    visible = "".join(char for char in folded if unicodedata.category(char) not in {"Cc", "Cf"})
    return unicodedata.normalize("NFKC", visible).strip()


def name_key(name: str) -> str:
    """Return what names are sorted and searched by; runs of white space count as one.

    >>> name_key("Ada   Lovelace")
    'ada lovelace'
    """
    return login_key(" ".join(name.split()))
