"""Whether a letter is from whom it says: what the trusted mail server found (RFC 8601)."""

import re
from collections.abc import Mapping, Sequence

from server.desk.mail.rules.addresses import domain_of
from server.desk.mail.rules.letters import Letter

#: The name to be trusted where the server writes none of its own, as Microsoft 365 does.
UNNAMED = "-"
_PIECES = re.compile(r"\\.|[\"()]|[^\\\"()]+|\\")
_STRUCTURE = re.compile(r"[;=\s]")
_METHODS = ("dmarc", "dkim", "spf")
#: Where a method says of which domain it speaks.
_DOMAIN = {"dmarc": "header.from", "dkim": "header.d", "spf": "smtp.mailfrom"}


def findings_of(lines: Sequence[str], trusted_server: str, sender: str) -> dict[str, str]:
    """Return what the trusted server found, from the topmost line that bears its name.

    Keys are methods and ``METHOD.domain``. Lines below may have come with the letter. Of several
    signatures the one counts that passed for the sender's domain.

    >>> line = "mx.example; spf=fail smtp.mailfrom=x@evil.example; dmarc=pass header.from=a.org"
    >>> findings_of([line], "mx.example", "ana@a.org")["dmarc"]
    'pass'
    """
    if not trusted_server:
        return {}
    for line in lines:
        name, results = _read(line)
        if name == trusted_server.lower():
            return _chosen(results, domain_of(sender))
    return {}


def is_proven(letter: Letter) -> bool:
    """Say whether the domain of the sender is proven.

    By DMARC, or by a DKIM signature or SPF of the same domain or of one above it. A domain below
    it proves nothing: it may have been given to somebody else.
    """
    domain = domain_of(letter.from_address)
    found = letter.authentication
    if not domain:
        return False
    if found.get("dmarc") == "fail":
        return False
    if found.get("dmarc") == "pass" and found.get("dmarc.domain", domain) == domain:
        return True
    return any(
        found.get(method) == "pass" and _speaks_for(found.get(f"{method}.domain", ""), domain)
        for method in ("dkim", "spf")
    )


def _speaks_for(proven: str, domain: str) -> bool:
    return proven == domain or ("." in proven and domain.endswith(f".{proven}"))


def _read(line: str) -> tuple[str, list[tuple[str, str, Mapping[str, str]]]]:
    """Return the name of the server and (method, result, properties) of each finding."""
    first, *others = _bare(line).split(";")
    words = first.lower().split()
    if words and "=" in words[0]:
        # No name at all: the first piece is a finding already.
        others, words = [first, *others], [UNNAMED]
    results: list[tuple[str, str, Mapping[str, str]]] = []
    for one in others:
        method, *properties = one.lower().split() or [""]
        name, _, result = method.partition("=")
        pairs = dict(word.partition("=")[::2] for word in properties)
        results.append((name.partition("/")[0], result, pairs))
    return (words[0] if words else ""), results


def _chosen(results: Sequence[tuple[str, str, Mapping[str, str]]], domain: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for method, result, properties in results:
        if method not in _METHODS:
            continue
        of = properties.get(_DOMAIN[method], "").strip('"<>')
        of = domain_of(of)
        better = result == "pass" and _speaks_for(of, domain)
        if method not in found or (method == "dkim" and better):
            found[method] = result
            if of:
                found[f"{method}.domain"] = of
            else:
                found.pop(f"{method}.domain", None)
    return found


def _bare(line: str) -> str:
    """Return a line without its comments; what stands in quotation marks is no structure."""
    out: list[str] = []
    depth, quoted = 0, False
    for piece in _PIECES.findall(line):
        if piece == '"' and not depth:
            quoted = not quoted
        elif quoted:
            out.append(_STRUCTURE.sub("_", piece))
        elif piece in ("(", ")"):
            depth = max(0, depth + (1 if piece == "(" else -1))
            out.append(" ")
        elif not depth:
            out.append(piece)
    return "".join(out)
