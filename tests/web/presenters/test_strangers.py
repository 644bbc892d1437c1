"""Neighbours that nobody knows, as a list of work."""

from datetime import timedelta

from server.foundation.clock import utc_now
from server.scanning.models import NetworkHalfLink
from server.scanning.network import HalfLinkView
from web.presenters.network import strangers

_NOW = utc_now()


def _half(item_id: int, port: str, **said: object) -> HalfLinkView:
    row = NetworkHalfLink(
        id=item_id * 100, item_id=item_id, port=port, protocol="lldp", reason="unknown"
    )
    row.remote_name = row.remote_chassis = row.remote_description = ""
    row.remote_addresses, row.last_seen_at = [], _NOW
    for name, value in said.items():
        setattr(row, name, value)
    return HalfLinkView(row, f"sw-{item_id}")


def test_one_neighbour_is_one_row_whoever_sees_it_and_however_often() -> None:
    phone = "2c:c8:1b:5b:a2:51"
    found = strangers(
        [
            _half(1, "ge1", remote_chassis=phone, last_seen_at=_NOW - timedelta(days=1)),
            _half(1, "ge1", remote_chassis=phone, remote_addresses=["192.0.2.7"]),
            _half(2, "ge9", remote_chassis=phone.upper(), remote_name="ap-07"),
            _half(3, "ge2", remote_name="lone"),
            _half(4, "ge3"),
            _half(5, "ge3"),
        ]
    )
    assert [(one.name, len(one.seen_by)) for one in found] == [
        ("ap-07", 2),
        ("", 1),
        ("", 1),
        ("lone", 1),
    ]
    assert (found[0].addresses, found[0].last_seen_at) == (("192.0.2.7",), _NOW)
