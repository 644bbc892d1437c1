"""What a collector keeps and what travels: sealed, bounded, and the same at both ends."""

import json
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discovery.collector.deliveries import CannotAsk, delivery_from
from discovery.collector.errors import CollectorError
from discovery.collector.keeping import Identity, keep_identity, read_identity
from discovery.collector.link import checked_server
from discovery.collector.sealing import (
    SealBroken,
    is_public_key,
    new_private_key,
    public_key_of,
    seal,
    unseal,
)
from discovery.collector.spool import Spool
from discovery.findings import DeviceFindings, Unreachable, Why
from discovery.findings.wire import BadDocument, result_document, result_from
from discovery.reach.values import Echoes
from discovery.scan.blocking import scan_host
from discovery.settings import ScanSettings
from discovery.snmp.credentials import Community
from tests.support import switched_lab as lab
from tests.support.snmp_responder import SnmpResponder


def test_a_seal_opens_for_its_collector_and_its_errand_alone() -> None:
    mine, other = new_private_key(), new_private_key()
    sealed = seal("püblic", public_key_of(mine), "errand:7:1")
    assert unseal(sealed, mine, "errand:7:1") == "püblic"
    assert sealed != seal("püblic", public_key_of(mine), "errand:7:1")
    damaged = sealed[:-6] + ("AAAA" if sealed[-6:-2] != "AAAA" else "BBBB") + sealed[-2:]
    for wrong in ((sealed, other, "errand:7:1"), (sealed, mine, "errand:8:1"), ("", mine, "")):
        with pytest.raises(SealBroken):
            unseal(*wrong)
    with pytest.raises(SealBroken):
        unseal(damaged, mine, "errand:7:1")


@pytest.mark.parametrize("text", ["", "x", "A" * 43 + "=", "ü" * 44, "AAAA"])
def test_what_is_no_key_is_told_from_one(text: str) -> None:
    assert is_public_key(public_key_of(new_private_key()))
    assert not is_public_key(text)


def test_everything_that_a_visit_brought_comes_out_of_the_wire_as_it_went_in() -> None:
    with SnmpResponder({"127.80.0.1": lab.device(lab.core())}) as responder:
        settings = ScanSettings(port=responder.port)
        found = scan_host("127.80.0.1", [Community("cadastre")], settings)
    told = json.loads(json.dumps(result_document(found)))
    assert result_from(told) == found
    missed = Unreachable("10.0.0.1", 161, Why.SILENT, "nothing came")
    assert result_from(json.loads(json.dumps(result_document(missed)))) == missed
    assert asdict(missed)["why"] is Why.SILENT


@pytest.mark.parametrize(
    ("found", "place"),
    [
        ({"address": 7}, "found.address"),
        ({"port": True}, "found.port"),
        ({"address": "a\x00b"}, "found.address"),
        ({"interfaces": [{"index": "1"}]}, "found.interfaces.index"),
        ({"interfaces": {}}, "found.interfaces"),
        ({"outcomes": [{"probe": "lldp", "state": "odd"}]}, "found.outcomes.state"),
        ({"system": {"uptime_seconds": float("inf")}}, "found.system.uptime_seconds"),
        ({"particulars": {"1.3": 4}}, "found.particulars"),
    ],
)
def test_what_does_not_fit_the_findings_is_refused_by_name(found: Any, place: str) -> None:
    whole = {"address": "10.0.0.1", "port": 161, "credential": "c", "version": "2c", "newer": 1}
    assert isinstance(result_from({"found": whole}), DeviceFindings)
    with pytest.raises(BadDocument, match=place.replace(".", r"\.")):
        result_from({"found": whole | found})


_KEYS = st.sampled_from(
    ("errand", "attempt", "first", "state", "results", "found", "missed", "ping", "at", "address")
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(document=_JSON)
def test_whatever_is_delivered_is_read_or_refused(document: Any) -> None:
    with suppress(BadDocument):
        head, _ = delivery_from(document)
        assert head.first >= 1


def test_a_delivery_is_read_with_the_answers_of_checks() -> None:
    head = {"errand": 1, "attempt": 1, "first": 1, "state": "done"}
    ping = {"ping": {"address": "10.0.0.1", "sent": 2, "milliseconds": [1, 2.5]}, "at": 5}
    _, results = delivery_from(head | {"results": [ping, {"cannot": "no right", "at": 6}]})
    said = [one.said for one in results]
    assert said == [Echoes("10.0.0.1", 2, (1.0, 2.5)), CannotAsk("no right")]


def test_the_spool_keeps_order_over_a_restart_and_lets_nobody_fill_the_disk(tmp_path: Path) -> None:
    def delivery(number: int) -> dict[str, Any]:
        return {"errand": number, "attempt": 1, "text": str(number) * 50}

    spool = Spool(tmp_path / "spool", limit_bytes=150)
    assert spool.put(delivery(1), lambda: False)
    assert spool.put(delivery(2), lambda: False)
    assert not spool.put(delivery(3), lambda: True)  # full: whoever gives up keeps nothing
    waited = threading.Thread(target=spool.put, args=(delivery(3), lambda: False))
    waited.start()
    (tmp_path / "spool" / "000000000009.delivery").write_bytes(b"damaged")
    again = Spool(tmp_path / "spool")
    assert again.errands() == {(1, 1), (2, 1), (0, 0)}
    first = spool.first()
    assert first is not None
    spool.taken(first)
    waited.join(5)
    assert not waited.is_alive()
    assert spool.errands() == {(2, 1), (3, 1)}


def test_only_its_owner_may_read_who_a_collector_is(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    assert read_identity(folder) is None
    identity = Identity("https://c.example", 3, "Oslo", "cck_1", new_private_key())
    keep_identity(folder, identity)
    assert read_identity(folder) == identity
    assert "cck_1" not in repr(identity)
    (folder / "identity.json").chmod(0o644)
    with pytest.raises(CollectorError, match="chmod 600"):
        read_identity(folder)


def test_a_key_goes_to_no_server_without_tls_unless_somebody_means_it() -> None:
    assert checked_server("https://c.example/cmdb/") == "https://c.example/cmdb"
    assert checked_server("http://127.0.0.1:8080") == "http://127.0.0.1:8080"
    assert checked_server("http://c.example", insecure=True) == "http://c.example"
    for wrong in ("http://c.example", "c.example", "ftp://c.example", "https://", "file:///etc"):
        with pytest.raises(CollectorError):
            checked_server(wrong)
