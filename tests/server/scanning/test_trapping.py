"""What a device announces becomes history of that device, and of nobody else."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Select, select

from cmdb.inventory.outcomes import Author
from cmdb.records.facts import Interface
from cmdb.records.history import HistoryEntry
from discovery.findings import (
    AddressFinding,
    DeviceFindings,
    EntityFinding,
    InterfaceFinding,
    ProbeOutcome,
    ProbeState,
    SystemFinding,
)
from discovery.traps.meaning import Announcement, Happening
from discovery.traps.receiver import Heard
from server.commands.traps import engine_id_in
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.errors import SettingsError
from server.foundation.secrets import SecretBox
from server.foundation.settings import Settings
from server.scanning.actions import CredentialDraft, create_credential
from server.scanning.recording import record_device
from server.scanning.trapping import Announcers, port_of, read_announcers, take_announcement
from tests.support.people import World

_SWITCH = DeviceFindings(
    "10.66.0.1",
    161,
    "office",
    "2c",
    system=SystemFinding(
        object_id="1.3.6.1.4.1.9.1.1", description="Cisco IOS", name="sw-66", services=2
    ),
    entities=(EntityFinding(1, "chassis", serial="FOC0066X1Y2", model="WS-C2960"),),
    interfaces=(
        InterfaceFinding(1, "Gi1/0/1", type=6, mac="00:1b:66:00:00:01", up=True),
        InterfaceFinding(2, "Gi1/0/2", type=6, mac="00:1b:66:00:00:02", up=True),
    ),
    addresses=(AddressFinding(1, "10.66.0.1", 24),),
    outcomes=tuple(
        ProbeOutcome(probe, ProbeState.DONE, 1)
        for probe in ("system", "entities", "interfaces", "addresses")
    ),
)


@pytest.fixture
def trapped(database: Database, settings: Settings, world: World) -> tuple[int, Announcers]:
    """Record a switch; return its id and the communities that are kept."""
    box, now = SecretBox(settings.key_file), utc_now()
    with database.writing() as session:
        draft = CredentialDraft(world.root.id, "Switches", community="office")
        create_credential(session, world.admin, box, draft, now)
        watch = CredentialDraft(
            world.root.id, "Watch", "3", user="watch", auth_protocol="SHA", auth_key="open sesame"
        )
        create_credential(session, world.admin, box, watch, now)
        recorded = record_device(session, _SWITCH, world.root.id, Author(None, "test"), now)
        assert recorded.item_id is not None
        return recorded.item_id, read_announcers(session, box)


def _heard(happening: Happening, index: int | None = None, **other: str) -> Heard:
    words = {"sender": "10.66.0.1", "community": "office"} | other
    return Heard(words["sender"], words["community"], Announcement(happening, index))


def test_a_link_that_goes_down_is_a_difference_of_that_port(
    database: Database, trapped: tuple[int, Announcers]
) -> None:
    item_id, communities = trapped
    for happening, up in ((Happening.LINK_DOWN, False), (Happening.LINK_UP, True)):
        with database.writing() as session:
            heard = _heard(happening, 2)
            assert take_announcement(session, heard, communities, utc_now()) == "recorded"
        with database.reading() as session:
            rows = session.scalars(select(Interface).where(Interface.item_id == item_id))
            assert {row.name: row.up for row in rows} == {"Gi1/0/1": True, "Gi1/0/2": up}
            told = session.scalars(_history(item_id)).all()[-1]
            assert (told.kind, told.subject, told.source) == ("section", "interfaces", "snmp")
            assert told.detail["member"] == "Gi1/0/2"


def _history(item_id: int) -> Select[HistoryEntry]:
    query = select(HistoryEntry).where(HistoryEntry.item_id == item_id)
    return query.order_by(HistoryEntry.id)


def test_a_restart_and_a_refused_stranger_are_events(
    database: Database, trapped: tuple[int, Announcers]
) -> None:
    item_id, communities = trapped
    for happening in (Happening.COLD_START, Happening.AUTHENTICATION_FAILURE):
        with database.writing() as session:
            assert take_announcement(session, _heard(happening), communities, utc_now())
    with database.reading() as session:
        events = [one.subject for one in session.scalars(_history(item_id)) if one.kind == "event"]
    assert events == ["cold_start", "authentication_failure"]


def test_who_does_not_belong_to_the_device_announces_nothing(
    database: Database, trapped: tuple[int, Announcers]
) -> None:
    _, communities = trapped
    with database.writing() as session:
        for heard, became in (
            (_heard(Happening.LINK_DOWN, 2, sender="10.66.0.9"), "no known device"),
            (_heard(Happening.LINK_DOWN, 2, community="other"), "no known device"),
            (_heard(Happening.LINK_DOWN, 99), "no such port"),
        ):
            assert take_announcement(session, heard, communities, utc_now()) == became
        elsewhere = Announcers({"office": frozenset({0})}, {})
        heard = _heard(Happening.LINK_DOWN, 2)
        assert take_announcement(session, heard, elsewhere, utc_now()) == "no known device"


def test_a_user_of_snmpv3_announces_for_the_organisation_he_is_kept_for(
    database: Database, trapped: tuple[int, Announcers]
) -> None:
    _, known = trapped
    (watch,) = known.users
    assert (watch.user, watch.auth_protocol) == ("watch", "SHA")
    with database.writing() as session:
        heard = replace(_heard(Happening.LINK_DOWN, 2), community="", user=watch)
        assert take_announcement(session, heard, known, utc_now()) == "recorded"
        stranger = replace(heard, user=replace(watch, auth_key="other words"))
        assert take_announcement(session, stranger, known, utc_now()) == "no known device"


@pytest.mark.parametrize(
    ("index", "names", "port"),
    [
        (2, (), 2),
        (9, (), None),
        (1, ("Gi1/0/2",), 2),  # the indexes moved since the last visit
        (2, ("Te9/9",), None),
    ],
)
def test_a_name_counts_more_than_an_index(
    index: int, names: tuple[str, ...], port: int | None
) -> None:
    assert port_of(_SWITCH, Announcement(Happening.LINK_DOWN, index, names)) == port


def test_the_engine_id_of_the_listener_stays_and_a_spoilt_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "home" / "snmp-engine-id"
    made = engine_id_in(path)
    assert engine_id_in(path) == made
    path.write_text("not one\n")
    with pytest.raises(SettingsError, match=r"snmp-engine-id holds no engine id: .*hexadecimal"):
        engine_id_in(path)
