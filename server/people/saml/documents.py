"""Reads XML that strangers send: bounded, without document types, and with one reading only.

A message holds no comment and no processing instruction, because libraries differ in whether they
end a text there; and no id twice, because a signature points at what it covers by its id.
"""

from collections.abc import Iterator
from typing import Any

from lxml import etree

from server.foundation.errors import IdentityRefused

ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion"
PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
ENCRYPTION = "http://www.w3.org/2001/04/xmlenc#"
NAMES = {"a": ASSERTION, "p": PROTOCOL, "md": METADATA, "ds": SIGNATURE, "xenc": ENCRYPTION}

PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
POST_BINDING = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
REDIRECT_BINDING = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"

#: An answer with a few hundred groups has a tenth of this.
LARGEST_MESSAGE = 256 * 1024
LARGEST_METADATA = 1024 * 1024
#: Whatever the encoding is said to be, it is read as UTF-8, in which these cannot hide.
_FORBIDDEN = ("<!DOCTYPE", "<!ENTITY")
_IDS = frozenset({"id", "assertionid", "responseid", "requestid"})

#: lxml ships no types.
Element = Any


def read_message(raw: bytes) -> Element:
    """Return the root of a message; raises ``IdentityRefused`` for what is no message."""
    try:
        root = _parsed(raw, LARGEST_MESSAGE, quiet=False)
    except ValueError as error:
        raise IdentityRefused(f"the answer {error}") from error
    if root.getprevious() is not None or root.getnext() is not None:
        raise IdentityRefused("the answer holds comments or instructions")
    seen: set[str] = set()
    for element in root.iter():
        if not isinstance(element.tag, str):
            raise IdentityRefused("the answer holds comments or instructions")
        for value in _ids(element):
            if value in seen:
                raise IdentityRefused("the answer holds an id twice")
            seen.add(value)
    return root


def read_metadata(text: str) -> Element:
    """Return the root of metadata, without comments; raises ``ValueError`` saying why not."""
    return _parsed(text.encode(), LARGEST_METADATA, quiet=True)


def named(namespace: str, name: str) -> str:
    """Return a name as lxml writes it."""
    return f"{{{namespace}}}{name}"


def text_of(element: Element) -> str:
    """Return the whole text of an element; raises ``IdentityRefused`` when it has members."""
    if len(element):
        raise IdentityRefused("the answer holds elements where a text belongs")
    return element.text or ""


def _ids(element: Element) -> Iterator[str]:
    for name, value in element.attrib.items():
        if etree.QName(name).localname.casefold() in _IDS:
            yield value


def _parsed(raw: bytes, largest: int, *, quiet: bool) -> Element:
    if len(raw) > largest:
        raise ValueError("is too large")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError("is not UTF-8") from error
    if any(word in text for word in _FORBIDDEN):
        raise ValueError("may hold no document type and no entities")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=quiet,
        remove_pis=quiet,
    )
    try:
        return etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise ValueError("is not valid XML") from error
