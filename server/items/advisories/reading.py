"""Reads advisories from the files of others: OSV, NVD, and life cycles by endoflife.date.

OSV: ossf.github.io/osv-schema 1.6, one record or a list of them. NVD: the answer of its CVE API
2.0, or one of its yearly feeds. Life cycles: the list of cycles of one product, in a file that is
called as the product. Files may be packed (``unpacking``). Unknown members are passed over; a
record that makes no sense is counted.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from cmdb.errors import InvalidValue
from server.items.advisories.distributions import place_of
from server.items.advisories.scoring import base_score, severity_of
from server.items.advisories.unpacking import documents
from server.items.advisories.values import LIFE_CYCLE, NVD, OSV, ReadAdvisory, VersionRange

_LONGEST = 1000
_NAME = re.compile(r"[\w .+:/@-]{1,200}")


@dataclass(slots=True)
class Reading:
    """What a file held; ``refused`` counts the records that make no sense."""

    advisories: list[ReadAdvisory]
    refused: int = 0


def read_advisories(plain: bytes, file_name: str) -> Reading:
    """Return the advisories of a file. Raises ``InvalidValue`` naming ``file``."""
    found = Reading([])
    for document, name in documents(plain, file_name):
        _read_one(document, name, found)
    if not found.advisories:
        raise InvalidValue({"file": "holds no advisory of OSV, NVD or endoflife.date"})
    return found


def _read_one(plain: bytes, file_name: str, found: Reading) -> None:
    try:
        document = json.loads(plain)
    except (ValueError, RecursionError) as error:
        raise InvalidValue({"file": "is not JSON"}) from error
    for read, record in _records(document):
        try:
            found.advisories += read(record, file_name)
        except (KeyError, TypeError, ValueError, AttributeError):
            found.refused += 1


def _records(document: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(document, dict) and isinstance(document.get("vulnerabilities"), list):
        for entry in document["vulnerabilities"]:
            yield _nvd, entry
        return
    records = document if isinstance(document, list) else [document]
    for record in records:
        if isinstance(record, dict) and "cycle" in record:
            yield _cycle, record
        else:
            yield _osv, record


def _osv(record: Mapping[str, Any], _file_name: str) -> Iterator[ReadAdvisory]:
    score = max(
        (s for one in record.get("severity") or () if (s := base_score(one["score"])) is not None),
        default=None,
    )
    told = record.get("database_specific") or {}
    word = str(told.get("severity") or "").casefold().replace("moderate", "medium")
    ranges = [one for affected in record.get("affected") or () for one in _osv_ranges(affected)]
    yield ReadAdvisory(
        code=_code(record["id"]),
        feed=OSV,
        summary=_text(record.get("summary") or record.get("details")),
        aliases=tuple(_code(one) for one in record.get("aliases") or ()),
        severity=severity_of(score) or (word if word in _WORDS else ""),
        score=score,
        withdrawn=bool(record.get("withdrawn")),
        ranges=tuple(ranges),
    )


_WORDS = frozenset({"critical", "high", "medium", "low"})


def _osv_ranges(affected: Mapping[str, Any]) -> Iterator[VersionRange]:
    package = affected["package"]
    place = place_of(str(package["ecosystem"]))
    if place is None:
        return
    name = str(package["name"])[:255]
    base = VersionRange(place.ecosystem, name, system=place.system, release=place.release)
    ranges = affected.get("ranges") or ()
    told = [one for one in ranges if one.get("type") in {"ECOSYSTEM", "SEMVER"}]
    for one in told:
        yield from _spans(base, one["events"])
    if not told and (exact := tuple(str(v) for v in affected.get("versions") or ())):
        yield replace(base, exact=exact)


def _spans(base: VersionRange, events: Any) -> Iterator[VersionRange]:
    """Yield from each event that introduces to the next one that ends it."""
    introduced: str | None = None
    for event in events:
        if "introduced" in event:
            introduced = str(event["introduced"])
        elif introduced is not None:
            start = "" if introduced == "0" else introduced
            if "fixed" in event:
                yield replace(base, introduced=start, fixed=str(event["fixed"]))
            elif "last_affected" in event:
                yield replace(base, introduced=start, last=str(event["last_affected"]))
            introduced = None
    if introduced is not None:
        yield replace(base, introduced="" if introduced == "0" else introduced)


_METRICS = ("cvssMetricV31", "cvssMetricV30", "cvssMetricV40", "cvssMetricV2")


def _nvd(entry: Mapping[str, Any], _file_name: str) -> Iterator[ReadAdvisory]:
    cve = entry["cve"]
    metrics = cve.get("metrics") or {}
    # NVD's own word goes before that of whoever reported it; newer ones have version 4 alone.
    told = [one for kind in _METRICS for one in metrics.get(kind) or ()]
    told.sort(key=lambda one: one.get("type") != "Primary")
    score = float(told[0]["cvssData"]["baseScore"]) if told else None
    texts = [one["value"] for one in cve.get("descriptions", ()) if one.get("lang") == "en"]
    matches = [
        match
        for configuration in cve.get("configurations", ())
        for node in configuration.get("nodes", ())
        for match in node.get("cpeMatch", ())
        if match.get("vulnerable")
    ]
    yield ReadAdvisory(
        code=_code(cve["id"]),
        feed=NVD,
        summary=_text(texts[0] if texts else ""),
        severity=severity_of(score),
        score=score,
        withdrawn=cve.get("vulnStatus") == "Rejected",
        ranges=tuple(one for match in matches for one in _cpe_ranges(match)),
    )


def _cpe_ranges(match: Mapping[str, Any]) -> Iterator[VersionRange]:
    """Yield what a CPE 2.3 name of an application says, under product and vendor with product."""
    parts = re.split(r"(?<!\\):", match["criteria"])
    if len(parts) < 6 or parts[2] != "a":
        return
    vendor, product, version = (part.replace("\\", "") for part in parts[3:6])
    until = str(match.get("versionEndIncluding") or "")
    fixed = str(match.get("versionEndExcluding") or "")
    start = str(match.get("versionStartIncluding") or "")
    after = "" if start else str(match.get("versionStartExcluding") or "")
    exact: tuple[str, ...] = ()
    if not (until or fixed or start or after):
        if version in {"*", "-"}:
            return  # every version there ever was: nothing one could act upon
        exact = (version,)
    for name in dict.fromkeys((product, f"{vendor} {product}")):
        key = product_key(name)
        if key:
            yield VersionRange("", key, start, fixed, until, exact=exact, after=after)


def _cycle(record: Mapping[str, Any], file_name: str) -> Iterator[ReadAdvisory]:
    product = re.split(r"[/\\]", file_name)[-1].removesuffix(".json").casefold()
    ends, cycle = record.get("eol"), str(record["cycle"])
    if not isinstance(ends, str) or not _NAME.fullmatch(product):
        return
    yield ReadAdvisory(
        code=f"{product} {cycle}"[:200],
        feed=LIFE_CYCLE,
        summary="",
        ends_on=date.fromisoformat(ends),
        ranges=(VersionRange("", product, system=product, release=cycle),),
    )


def product_key(name: str) -> str:
    """Return a name without what makers write around it: editions, versions, architectures.

    >>> product_key("Mozilla Firefox (x64 en-US)"), product_key("7-Zip 23.01 (x64)")
    ('mozilla firefox', '7 zip')
    """
    bare = re.sub(r"\([^)]{0,100}\)", " ", name.casefold())
    bare = re.sub(r"\b(?:x64|x86|amd64|arm64|64-bit|32-bit|version)\b", " ", bare)
    words = re.split(r"[\s_-]+", bare)
    while words and (not words[-1] or re.fullmatch(r"v?\d+(?:\.\d+){0,5}", words[-1])):
        words.pop()
    return " ".join(word for word in words if word)[:255]


def _code(raw: Any) -> str:
    code = str(raw).strip()
    if not _NAME.fullmatch(code):
        raise ValueError("not a code")
    return code


def _text(raw: Any) -> str:
    return " ".join(str(raw or "").replace("\0", "").split())[:_LONGEST]
