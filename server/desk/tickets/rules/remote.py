"""Remote-control links: which there are for items of a class, and where one leads.

A link's address is a template. Only a few schemes are let in, so that nothing runs in the page
that shows it, and every value is written so that it stays one value, whatever it holds.
"""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from string import Formatter
from urllib.parse import quote

from server.desk.tickets.rules.vocabulary import RemoteLink

SCHEMES = ("http", "https", "ssh", "rdp", "vnc")
#: What a template may ask for: an item that has no such value has no such link.
VALUES = ("name", "address", "fqdn")
_LONGEST = 500
_TEMPLATE = re.compile(rf"(?:{'|'.join(SCHEMES)})://[!#-&(-;=?-\[\]_a-z{{|}}~]+")


def fault_of(template: object) -> str:
    """Say what is wrong with the template of an address; "" for nothing.

    >>> fault_of("ssh://{address}:22"), fault_of("https://kvm.example.org/?host={name}")
    ('', '')
    >>> fault_of("javascript:alert(1)")
    'must begin with http://, https://, ssh://, rdp:// or vnc:// and hold no blanks or quotes'
    >>> fault_of("ssh://{password}")
    'password is not one of name, address, fqdn'
    """
    if not isinstance(template, str) or not _TEMPLATE.fullmatch(template):
        begins = ", ".join(f"{scheme}://" for scheme in SCHEMES[:-1])
        return f"must begin with {begins} or {SCHEMES[-1]}:// and hold no blanks or quotes"
    if len(template) > _LONGEST:
        return f"must have at most {_LONGEST} characters"
    try:
        parts = list(Formatter().parse(template))
    except ValueError:
        return "has a brace without its other one"
    for _, name, form, conversion in parts:
        if name is None:
            continue
        if form or conversion or not name:
            return "must name a value in each pair of braces, as {address}"
        if name not in VALUES:
            return f"{name} is not one of {', '.join(VALUES)}"
    return ""


def address_of(link: RemoteLink, values: Mapping[str, str]) -> str | None:
    """Return where a link leads for an item; None when the item lacks a value it asks for.

    >>> link = RemoteLink("ssh", {"en": "SSH"}, ("server",), "ssh://{address}/?t={name}")
    >>> address_of(link, {"name": "a&b c", "address": "2001:db8::1"})
    'ssh://[2001:db8::1]/?t=a%26b%20c'
    >>> address_of(link, {"name": "x", "address": ""}) is None
    True
    """
    asked = {name for _, name, _, _ in Formatter().parse(link.url) if name}
    if not all(values.get(name) for name in asked):
        return None
    return link.url.format_map({name: _written(name, values[name]) for name in asked})


def _written(name: str, value: str) -> str:
    if name == "address" and ip_address(value).version == 6:
        return f"[{quote(value, safe=':')}]"
    return quote(value, safe="")
