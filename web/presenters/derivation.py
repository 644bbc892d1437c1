"""Rules of derivation and what they found, in the reader's words."""

from collections.abc import Iterable, Mapping
from typing import Any

from cmdb.engine.derivation import Keep
from server.items.deriving.explaining import Explanation
from web.presenters.items import source_label
from web.presenters.reader import Reader
from web.presenters.times import relative_time


def rule_label(labels: Mapping[str, str], code: str, reader: Reader) -> str:
    """Return a rule's name in the reader's language, in English, or its code."""
    return labels.get(reader.language) or labels.get("en") or code


def evidence_name(evidence: str, reader: Reader) -> str:
    """Return what kind of thing was seen."""
    names = {
        "connections": reader.gettext("connections that agents see"),
        "guest_interfaces": reader.gettext("network cards of guests on their hosts"),
        "guest_lists": reader.gettext("guests that their hosts list"),
        "same_boot": reader.gettext("one boot that two agents report"),
        "neighbours": reader.gettext("neighbours that devices report"),
        "gateways": reader.gettext("routers by which a network is left"),
        "addresses": reader.gettext("addresses within a network"),
        "reference": reader.gettext("an attribute that names an item"),
        "same_place": reader.gettext("two items in one place"),
        "relations": reader.gettext("relations that another source told"),
        "same_value": reader.gettext("two items with one value"),
    }
    return names.get(evidence, evidence)


def origin_name(origin: str, reader: Reader) -> str:
    """Return whose a rule is."""
    names = {
        "shipped": reader.gettext("shipped"),
        "changed": reader.gettext("shipped, changed here"),
        "own": reader.gettext("of your own"),
    }
    return names.get(origin, origin)


def seen_lines(found: Explanation, reader: Reader) -> list[str]:
    """Return what was seen, one line for each sighting."""
    lines = dict.fromkeys(seen_text(found.evidence, one, reader) for one in found.seen)
    return [line for line in lines if line]


def seen_text(evidence: str, seen: Mapping[str, Any], reader: Reader) -> str:
    """Return one sighting in words, as "app → port 5432 (postgres)"."""
    if evidence == "connections":
        return _connection(seen, reader)
    if evidence == "neighbours":
        return _cable(seen, reader)
    if evidence == "gateways":
        return _gateway(seen, reader)
    if evidence == "guest_interfaces":
        return f"{seen.get('card', '')} → {seen.get('interface', '')}"
    if evidence == "guest_lists":
        return _plain([seen.get("name"), seen.get("kind")])
    if evidence == "relations":
        source = source_label(str(seen.get("source", "")), reader)
        return reader.gettext("told by: %(source)s") % {"source": source}
    return _plain(seen.values())


def _cable(seen: Mapping[str, Any], reader: Reader) -> str:
    here, there = seen.get("local_port") or "?", seen.get("remote_port") or "?"
    cable = f"{str(seen.get('protocol') or '').upper()}: {here} → {there}"
    between = int(seen.get("through") or 0)
    if not between:
        return cable
    words = reader.ngettext(
        "a detour by %(number)s other device", "a detour by %(number)s other devices", between
    )
    return f"{cable} ({words % {'number': between}})"


def _gateway(seen: Mapping[str, Any], reader: Reader) -> str:
    names = {
        "hsrp": "HSRP",
        "vrrp": "VRRP",
        "routes": reader.gettext("others send their traffic there"),
        "address": reader.gettext("it routes, and has an address there"),
    }
    proof = names.get(str(seen.get("proof")), "")
    shared = f"{proof} {seen.get('shared') or ''}".strip()
    where = f"{seen.get('interface') or '?'}: {seen.get('address') or '?'}"
    return f"{where} ({shared})" if shared else where


def _connection(seen: Mapping[str, Any], reader: Reader) -> str:
    port = reader.gettext("port %(port)s") % {"port": seen.get("port", "")}
    behind = f" ({seen['server']})" if seen.get("server") else ""
    return f"{seen.get('client') or reader.gettext('a process')} → {port}{behind}"


def _plain(values: Iterable[Any]) -> str:
    return ", ".join(str(value) for value in values if value not in (None, ""))


def lasting_text(found: Explanation, reader: Reader) -> str:
    """Say until when a derived relation stands if it is not seen again."""
    if not found.derived or found.rule is None:
        return ""
    if found.fades_at is None:
        return reader.gettext("Ends as soon as it is no longer seen.")
    when = relative_time(found.fades_at, reader)
    return reader.gettext("Ends %(when)s unless it is seen again.") % {"when": when}


def keep_text(keep: Keep, reader: Reader) -> str:
    """Say how many of the providers in a group must stay."""
    amount = {"amount": f"{keep.amount:g}"}
    texts = {
        "at_least": reader.gettext("at least %(amount)s"),
        "all_but": reader.gettext("all but %(amount)s"),
        "majority": reader.gettext("a majority"),
        "percent": reader.gettext("%(amount)s %%"),
    }
    return texts[keep.rule] % amount


def need_names(reader: Reader) -> dict[str, str]:
    """Return how a service may need a member, for a choice."""
    return {
        "hard": reader.gettext("stops without it"),
        "soft": reader.gettext("suffers without it"),
        "group": reader.gettext("some of several are enough"),
    }
