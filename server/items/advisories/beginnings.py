"""How the beginning of a range of versions is kept: one column for both kinds of it.

">1.2" is what follows 1.2, and "1.2" what begins with it. A version that itself begins with one of
the two signs has a "=" before it, so that whatever a file says is read as it was written.
"""

_AFTER, _FROM = ">", "="


def kept_beginning(introduced: str, after: str) -> str:
    """Return what is kept of a range that begins with one version, or after another.

    >>> kept_beginning("1.2", ""), kept_beginning("", "1.2"), kept_beginning("", "")
    ('1.2', '>1.2', '')
    """
    if after:
        return _AFTER + after
    return _FROM + introduced if introduced.startswith((_AFTER, _FROM)) else introduced


def beginning_of(kept: str) -> tuple[str, str]:
    """Return (introduced, after) of what was kept; at most one of them is not "".

    >>> beginning_of("1.2"), beginning_of(">1.2"), beginning_of("=>1.2")
    (('1.2', ''), ('', '1.2'), ('>1.2', ''))
    """
    if kept.startswith(_AFTER):
        return "", kept.removeprefix(_AFTER)
    return kept.removeprefix(_FROM), ""
