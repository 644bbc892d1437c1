"""Asks the cloud a machine runs in which instance it is: opt-in, and only the cloud that DMI names.

One row a provider. The addresses are link-local: whoever answers there is the cloud itself, or
somebody on the same network. So what comes back is held to the shape of an id, no redirect is
followed, and a proxy is never used: it would tell of its own machine.
"""

from __future__ import annotations

import json
import time
from http.client import HTTPConnection, HTTPException

from agent.sources.boots import boot_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

_AWAY_SECONDS = 1.0
_WHOLE_SECONDS = 4.0
_LIMIT_BYTES = 64 * 1024
_AGAIN_SECONDS = 24 * 3600
_LONGEST = 200
_LINK_LOCAL = "169.254.169.254"

# DMI's word (any of these in the field, without case), where to ask, the step that earns a token
# (path, header that asks, header that shows it), header of each question, and fact -> (path,
# member of the JSON there, "" for the whole text).
_AMAZON = "/latest/dynamic/instance-identity/document"
_AZURE = "/metadata/instance/compute?api-version=2021-02-01&format=json"
_GOOGLE = "/computeMetadata/v1/instance"
_OPENSTACK = "/openstack/latest/meta_data.json"
_ORACLE = "/opc/v2/instance"
_ALIBABA = "/latest/meta-data"
_SCALEWAY = "/conf?format=json"
PROVIDERS: tuple[dict[str, Any], ...] = (
    {
        "provider": "aws",
        "marks": (("sys_vendor", "amazon ec2"), ("bios_version", "amazon")),
        "address": _LINK_LOCAL,
        "token": (
            "/latest/api/token",
            ("X-aws-ec2-metadata-token-ttl-seconds", "60"),
            "X-aws-ec2-metadata-token",
        ),
        "facts": {
            "instance_id": (_AMAZON, "instanceId"),
            "region": (_AMAZON, "region"),
            "instance_type": (_AMAZON, "instanceType"),
        },
    },
    {
        # Hyper-V at home names the same maker: this tag is Azure's alone.
        "provider": "azure",
        "marks": (("chassis_asset_tag", "7783-7084-3265-9085-8269-3286-77"),),
        "address": _LINK_LOCAL,
        "header": ("Metadata", "true"),
        "facts": {
            "instance_id": (_AZURE, "vmId"),
            "region": (_AZURE, "location"),
            "instance_type": (_AZURE, "vmSize"),
        },
    },
    {
        "provider": "gcp",
        "marks": (("product_name", "google compute engine"),),
        "address": _LINK_LOCAL,
        "header": ("Metadata-Flavor", "Google"),
        # Google answers zone and type as paths; the last part is the name.
        "facts": {
            "instance_id": (f"{_GOOGLE}/id", ""),
            "region": (f"{_GOOGLE}/zone", ""),
            "instance_type": (f"{_GOOGLE}/machine-type", ""),
        },
    },
    {
        "provider": "openstack",
        "marks": (
            ("sys_vendor", "openstack"),
            ("product_name", "openstack"),
            ("chassis_asset_tag", "openstack nova"),
        ),
        "address": _LINK_LOCAL,
        "facts": {
            "instance_id": (_OPENSTACK, "uuid"),
            "region": (_OPENSTACK, "availability_zone"),
        },
    },
    {
        "provider": "hetzner",
        "marks": (("sys_vendor", "hetzner"),),
        "address": _LINK_LOCAL,
        "facts": {
            "instance_id": ("/hetzner/v1/metadata/instance-id", ""),
            "region": ("/hetzner/v1/metadata/region", ""),
        },
    },
    {
        "provider": "digitalocean",
        "marks": (("sys_vendor", "digitalocean"),),
        "address": _LINK_LOCAL,
        "facts": {
            "instance_id": ("/metadata/v1/id", ""),
            "region": ("/metadata/v1/region", ""),
        },
    },
    {
        "provider": "oracle",
        "marks": (("chassis_asset_tag", "oraclecloud.com"),),
        "address": _LINK_LOCAL,
        "header": ("Authorization", "Bearer Oracle"),
        "facts": {
            "instance_id": (f"{_ORACLE}/id", ""),
            "region": (f"{_ORACLE}/region", ""),
            "instance_type": (f"{_ORACLE}/shape", ""),
        },
    },
    {
        "provider": "alibaba",
        "marks": (("sys_vendor", "alibaba cloud"),),
        "address": "100.100.100.200",
        "token": (
            "/latest/api/token",
            ("X-aliyun-ecs-metadata-token-ttl-seconds", "60"),
            "X-aliyun-ecs-metadata-token",
        ),
        "facts": {
            "instance_id": (f"{_ALIBABA}/instance-id", ""),
            "region": (f"{_ALIBABA}/region-id", ""),
            "instance_type": (f"{_ALIBABA}/instance/instance-type", ""),
        },
    },
    {
        "provider": "scaleway",
        "marks": (("sys_vendor", "scaleway"),),
        "address": "169.254.42.42",
        "facts": {
            "instance_id": (_SCALEWAY, "id"),
            "instance_type": (_SCALEWAY, "commercial_type"),
        },
    },
)


def instance(machine: Machine, firmware: dict[str, str]) -> dict[str, str] | None:
    """Return provider, instance id, region and type; None where nobody may ask or nobody told.

    `firmware` holds the firmware's words by their sysfs names. The cloud is asked once a boot, and
    once a day where nobody answered: a service that is slow for a moment is no changed machine.
    """
    row = hinted(firmware)
    if row is None or not machine.asks_cloud:
        return None
    boot, now = boot_id(machine), int(time.time())
    kept = machine.memory.get("cloud", {})
    if kept.get("boot") == boot and kept.get("provider") == row["provider"]:
        answered: dict[str, str] | None = kept["found"]
        if answered or 0 <= now - kept["at"] < _AGAIN_SECONDS:
            return answered
    found = ask(row)
    if found is None:
        machine.remark(f"the metadata service of {row['provider']} told no instance id")
    kept = {"boot": boot, "provider": row["provider"], "at": now, "found": found}
    machine.memory["cloud"] = kept
    return found


def hinted(firmware: dict[str, str]) -> dict[str, Any] | None:
    """Return the row of the cloud that the firmware names, None where it names none.

    >>> hinted({"sys_vendor": "Hetzner"})["provider"], hinted({"sys_vendor": "Dell Inc."})
    ('hetzner', None)
    """
    for row in PROVIDERS:
        if any(mark in firmware.get(field, "").casefold() for field, mark in row["marks"]):
            return row
    return None


def ask(row: dict[str, Any]) -> dict[str, str] | None:
    """Ask one provider; None when it told no id in time (4 s for all questions together)."""
    until = time.monotonic() + _WHOLE_SECONDS
    headers = dict([row["header"]]) if "header" in row else {}
    if "token" in row:
        path, wanted, shown = row["token"]
        token = _word(_answer(row["address"], "PUT", path, dict([wanted]), until))
        if token is None:
            return None
        headers[shown] = token
    answers: dict[str, bytes | None] = {}
    found = {"provider": str(row["provider"])}
    for fact, (path, member) in row["facts"].items():
        if path not in answers:
            answers[path] = _answer(row["address"], "GET", path, headers, until)
        told = _member(answers[path], member) if member else _word(answers[path])
        if told:
            found[fact] = told if fact == "instance_id" else told.rpartition("/")[2]
        elif fact == "instance_id":
            return None
    return found


def _answer(
    address: str, method: str, path: str, headers: dict[str, str], until: float
) -> bytes | None:
    left = until - time.monotonic()
    if left <= 0:
        return None
    host, _, port = address.partition(":")
    # http.client reads no proxy from anywhere.
    connection = HTTPConnection(host, int(port or 80), timeout=min(_AWAY_SECONDS, left))
    try:
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        content = b""
        while len(content) < _LIMIT_BYTES and time.monotonic() < until:
            piece = response.read1(_LIMIT_BYTES)
            if not piece:
                return content if response.status == 200 else None
            content += piece
    except (OSError, HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return None


def _member(content: bytes | None, member: str) -> str | None:
    try:
        told = json.loads(content or b"")
    except ValueError:
        return None
    value = told.get(member) if isinstance(told, dict) else None
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    return _word(str(value).encode("utf-8", "replace"))


def _word(content: bytes | None) -> str | None:
    r"""Return what can stand as an id: printable ASCII, no blanks, up to 200 characters.

    >>> _word(b"i-0abc\n"), _word(b"<html> log in </html>"), _word(b"")
    ('i-0abc', None, None)
    """
    text = (content or b"").decode("ascii", "replace").strip()
    if not 0 < len(text) <= _LONGEST or not text.isascii() or not text.isprintable():
        return None
    return None if " " in text else text
