"""A small prepared company: one thing of every kind that a page can show.

An arrow points at what suffers; of the two databases one is enough::

    host-1 ──> db-1 ┐
                    ├──> app-1 ──> Orders (tier 0)
    host-2 ──> db-2 ┘
    this machine (reported by its agent), a laptop, and an item with an endless name
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Recorded
from cmdb.observation import GroupMembership, ItemReference, Observation, Origin, SeenRelation
from cmdb.records.bulk import insert_rows
from cmdb.records.facts import SoftwareProduct
from cmdb.records.identity import JunkValue
from cmdb.records.items import Item
from cmdb.records.parties import Person
from cmdb.vocabulary import AGENT, DERIVED, ClassCode, RelationTypeCode
from server.assets.actions import ContractDraft, create_contract
from server.assets.custody.actions import give_item
from server.assets.documents.actions import Content, add_version, write_document
from server.assets.documents.rules import DocumentDraft
from server.assets.licences.actions import (
    EntitlementDraft,
    LicenceDraft,
    add_entitlement,
    write_licence,
)
from server.assets.products.linking import link_items
from server.assets.products.queries import model_of_item
from server.assets.purchases.actions import (
    PurchaseDraft,
    SupplierDraft,
    write_purchase,
    write_supplier,
)
from server.assets.stock.actions import ArticleDraft as StockDraft
from server.assets.stock.actions import create_article
from server.desk.announcements.actions.writing import (
    move_announcement,
    update_announcement,
    write_announcement,
)
from server.desk.announcements.rules.lifecycle import AnnouncementDraft
from server.desk.availability.actions.keeping import keep_outages
from server.desk.availability.models import ServiceOutage
from server.desk.changes.actions import (
    ChangeDraft,
    ChangeMove,
    DifferenceDraft,
    TaskDraft,
    draft_change,
    move_change,
    request_approval,
)
from server.desk.knowledge.actions import ArticleDraft, write_article
from server.desk.problems.actions.judging import VerdictDraft, judge_item
from server.desk.problems.actions.major import MajorDraft, run_major, update_major
from server.desk.problems.actions.problems import (
    ProblemDraft,
    edit_problem,
    move_problem,
    open_problem,
)
from server.desk.routines.actions.macros import add_macro
from server.desk.routines.actions.scheduling import ScheduleDraft, open_due, save_schedule
from server.desk.routines.rules.macros import Macro
from server.desk.routing.actions.on_call import (
    DutyDraft,
    StandInDraft,
    add_stand_in,
    put_duty,
)
from server.desk.routing.actions.shifts import add_shift
from server.desk.routing.actions.skills import add_skill, put_levels
from server.desk.routing.rules.shifts import ShiftDraft
from server.desk.tickets.actions import EntryDraft, TicketDraft, add_entry, open_ticket
from server.desk.tickets.actions.ruling import add_rule as add_routing_rule
from server.desk.tickets.actions.tasking import TimeDraft, add_checklist, book_time
from server.desk.tickets.models import TicketTemplate, TicketWatcher
from server.desk.tickets.queries import find_ticket
from server.foundation.jobs.models import Job
from server.foundation.jobs.queue import enqueue
from server.foundation.secrets import SecretBox
from server.foundation.settings import Settings
from server.foundation.signing import Signer
from server.foundation.storage import Storage, attachments_at
from server.imports.actions import begin_import
from server.imports.jobs import UPLOADS
from server.imports.running import LineOutcome, keep_lines
from server.items.actions import (
    ItemDraft,
    PartyDraft,
    RelationDraft,
    create_item,
    create_relation,
    edit_item,
)
from server.items.advisories.actions import store_advisories
from server.items.advisories.models import Advisory
from server.items.advisories.values import ReadAdvisory, VersionRange
from server.items.deriving.verdicts import reject_relation
from server.items.health.campaigns import CampaignDraft, start_campaign
from server.items.health.measuring import measure
from server.items.health.models import (
    HealthFigure,
    HealthOfItem,
    HealthOfSource,
    HealthRun,
)
from server.items.health.sums import Sums, item_row
from server.items.identity.merging import merge_items
from server.items.modelling.changing import apply_model
from server.items.models import Agent
from server.items.past.baselines import BaselineDraft, take_baseline
from server.people.actions.directories import create_directory
from server.people.actions.directory_rules import RuleDraft, add_rule
from server.people.actions.identities import link_identity
from server.people.actions.providers import create_provider
from server.people.actions.roles import Holder, Scope, give_role
from server.people.actions.rosters import create_roster
from server.people.actions.saml_providers import create_saml_provider
from server.people.models import (
    Account,
    Directory,
    DirectoryComputer,
    DirectoryRun,
    EmergencyUse,
    RosterRun,
)
from server.people.rules.emergencies import signed_document
from server.people.rules.roster_plan import RosterReport
from server.people.rules.sync_plan import SyncReport
from server.scanning.actions import CredentialDraft, ProbeDraft, ask_probe, create_credential
from server.scanning.collectors.enrolling import create_collector
from server.scanning.models import NetworkHalfLink, NetworkLink, ScanOutcome
from server.scanning.ranges import RangeDraft, ask_run, create_range
from tests.cmdb.engine.machines import Machine, virtual_machine
from tests.journeys.board import put_board
from tests.journeys.catalogue import put_catalogue
from tests.journeys.post import put_post
from tests.journeys.this_machine import report_this_machine
from tests.support.people import World, make_person, make_world, token_of
from tests.support.saml_provider import published_metadata

#: A name that breaks what was never tried with one.
ENDLESS = "<b>db</b>-" + "x" * 120 + "-конец"

#: The network cards of a copy.
_OTHER_CARDS = ("00:50:56:9a:77:01",)

#: What a routing rule asks: in every test the same words that no ticket says.
_PRESSING = [
    {"field": "words", "test": "any", "values": ["nobody can work"]},
    {"field": "priority", "test": "none", "values": ["5"]},
]

#: Names in the company that are words of the pages too; "all" is an architecture of packages.
NAMES = frozenset({"Support", "all"})

#: What stands in an address, to its value: "item" to an id, "ticket" to a reference.
Things = Mapping[str, int | str]


@dataclass(frozen=True, slots=True)
class Company:
    """Who is there, by the word for them, and what there is."""

    people: Mapping[str, int]
    things: Things


def make_company(session: Session, settings: Settings, now: datetime) -> Company:
    """Write the company into an empty database; the caller commits."""
    world = make_world(session)
    return Company(_people(session, world), _Furnishing(session, settings, world, now).things())


def _people(session: Session, world: World) -> dict[str, int]:
    """Return who signs in. Each language has an administrator who reads it."""
    found = {
        "en": _known(world.admin.person_id),
        "author": _known(world.configuration_manager.person_id),
        "support": _known(world.agent.person_id),
        "approver": _known(world.change_manager.person_id),
        "requester": _known(world.requester.person_id),
    }
    for language, name in (("ru", "Раиса Русская"), ("es", "Esteban Español")):
        person = make_person(session, world.root, name)
        person.language = language
        scope = Scope(world.root.id)
        give_role(session, "administrator", Holder(person_id=person.id), scope, person.created_at)
        found[language] = person.id
    return found


def _known(person_id: int | None) -> int:
    assert person_id is not None
    return person_id


class _Furnishing:
    """Puts one thing of each kind into the company."""

    def __init__(self, session: Session, settings: Settings, world: World, now: datetime) -> None:
        self._session = session
        self._settings = settings
        self._secrets = SecretBox(settings.key_file)
        self._world = world
        self._admin = world.admin
        self._place = world.operations.id
        self._now = now

    def things(self) -> dict[str, int | str]:
        found: dict[str, int | str] = {"person": _known(self._world.agent.person_id)}
        found["code"] = "pool"
        found["subject"] = "tickets"
        found |= self._own_model()
        found |= self._imports()
        found["group"] = self._world.support.id
        article = ArticleDraft("x100", "1. x100", "everyone", "published", model="x100")
        found["article"] = write_article(self._session, self._admin, article, self._now).id
        rule = {"name": "Pressing", "conditions": _PRESSING, "priority": 1}
        found["alarm_rule"] = "full_filesystem"
        found["routing_rule"] = add_routing_rule(self._session, self._admin, rule, self._now).id
        found["shift"] = self._shift(found["group"], found["person"])
        found |= self._items() | self._programs()
        return found | self._desk(found)

    def _shift(self, group_id: int | str, person_id: int | str) -> int:
        """Let somebody of the group be able to do something, and work in every other week."""
        session, admin = self._session, self._admin
        add_skill(session, admin, "linux", "Linux", self._now)
        put_levels(session, admin, int(person_id), {"linux": 3})
        hours = {"mon": ["08:00-12:00", "13:00-17:00"], "sun": ["22:00-24:00"]}
        rota = ShiftDraft(
            "Early", "Europe/Madrid", hours, ("12-25",), 2, members=((int(person_id), (1,)),)
        )
        self._turns(int(group_id), int(person_id))
        return add_shift(session, admin, int(group_id), rota, self._now).id

    def _turns(self, group_id: int, person_id: int) -> None:
        """Let somebody of the group be on call, and stand in for themselves next week."""
        session, admin, day = self._session, self._admin, self._now.date()
        duty = DutyDraft("Europe/Madrid", day - timedelta(days=30), [person_id])
        put_duty(session, admin, group_id, duty, self._now)
        days = StandInDraft(person_id, day + timedelta(days=7), day + timedelta(days=8), "A fair")
        add_stand_in(session, admin, group_id, days, self._now)

    def _imports(self) -> dict[str, int]:
        """Write a file that waits for its mapping, and one whose lines have landed or not."""
        storage = Storage(self._settings.home / UPLOADS)
        waiting, landed = (
            begin_import(
                self._session,
                self._admin,
                storage,
                (f"{name}.csv", BytesIO("name,vendor,Büro\nnotebook-7,Lenovo,12\n".encode())),
                (self._place, name),
                self._now,
            )
            for name in ("shelf", "office")
        )
        refused = LineOutcome(2, "refused", problems={"class": "there is no class 'box'"})
        keep_lines(self._session, landed, [refused])
        landed.state = "done"
        return {"import": waiting.id, "imported": landed.id}

    def _own_model(self) -> dict[str, str]:
        """Define a class, an attribute and a relationship type at run time."""
        texts = {"en": "Door lock", "es": "Cerradura", "ru": "Замок"}
        guards = {"en": "guards", "es": "protege", "ru": "охраняет"}
        entries: dict[tuple[str, str], dict[str, Any]] = {
            ("class", "door_lock"): {"parent": "device", "label": texts},
            ("attribute", "door_lock.battery"): {"type": "integer", "unit": "%", "label": texts},
            ("relation", "guards"): {"label": guards, "reverse": guards},
            ("suggestion", "door_lock.guards.room"): {},
            ("identity", "door_lock.key"): {"keys": [["battery", "name"]], "weight": 80},
        }
        apply_model(self._session, self._admin, entries, self._now)
        return {
            "class_code": "door_lock",
            "attribute_code": "battery",
            "relation_code": "guards",
            "evidence_code": "key",
        }

    def _warned(self, product_id: int) -> int:
        """Let a product of this machine be vulnerable, and its system near its end of support."""
        known = self._session.get_one(SoftwareProduct, product_id)
        meant = VersionRange(known.ecosystem, known.name, fixed="9999:1")
        summary = "A file that was made for it lets it run what the file says, and tells nobody."
        hole = ReadAdvisory(
            "DSA-9001-1", "osv", summary, ("CVE-2026-1001",), "critical", 9.8, ranges=(meant,)
        )
        cycle = VersionRange("", "debian", system="debian", release="12")
        end = self._now.date() + timedelta(days=90)
        support = ReadAdvisory("debian 12", "life_cycle", "", ends_on=end, ranges=(cycle,))
        store_advisories(self._session, self._admin, [hole, support], self._now)
        return self._session.execute(select(func.min(Advisory.id))).scalar_one()

    def _items(self) -> dict[str, int]:
        owner = (PartyDraft("owner", group_id=self._world.support.id),)
        manager = (PartyDraft("owner", person_id=self._world.change_manager.person_id),)
        user = (PartyDraft("user", person_id=self._world.requester.person_id),)
        promised = {"criticality": 0, "availability_target": 99.9}
        orders = self._item("business_service", "Orders", manager, **promised)
        app = self._item("virtual_machine", "app-1", owner, environment="production")
        first, second = (self._item("database_instance", f"db-{n}", owner) for n in (1, 2))
        below = [self._item("hypervisor", f"host-{n}", owner, vendor="Dell") for n in (1, 2)]
        either = GroupMembership("databases", "at_least", 1)
        self._relate("depends_on", orders, app)
        for database, host in zip((first, second), below, strict=True):
            self._relate("depends_on", app, database, either)
            self._relate("runs_on", database, host)
        laptop = self._item("laptop", "LT-0231", user, vendor="Lenovo", model="ThinkPad T14")
        endless = self._item("server", ENDLESS, owner)
        machine = report_this_machine(self._session, self._admin, self._place, self._now)
        self._doubt(machine)
        self._session.add(JunkValue(kind="serial", value="PROTO-1", note="batch 7", at=self._now))
        found = {"review": self._question(), "merged": self._merged(app)}
        found |= {"item": machine, "app": app, "db": first, "service": orders}
        product = select(func.min(SoftwareProduct.id))
        found["product"] = self._session.execute(product).scalar_one()
        found["advisory"] = self._warned(found["product"])
        found["relation"] = self._derived("calls", machine, endless)
        wrong = self._derived("attached_to", machine, laptop)
        reject_relation(self._session, self._admin, wrong, self._now, "It stood here for a day.")
        found |= self._owned_things()
        return found | {
            "laptop": laptop,
            "endless": endless,
            "campaign": self._measured(),
            "baseline": self._kept(),
        }

    def _owned_things(self) -> dict[str, int]:
        """Fill a rack, and write a contract down that ends soon."""
        rack = self._item("rack", "R-01", units=10)
        placed = self._item("server", "node-1", rack_position=1, rack_height=2)
        for node in (placed, self._item("server", "node-2")):
            self._relate("located_in", node, rack)
        ends = self._now.date() + timedelta(days=20)
        promise = ContractDraft(
            self._place, "CTR-7", "Next day", "Acme", "support", self._now.date(), ends, (rack,)
        )
        made = create_contract(self._session, self._admin, promise, self._now)
        found = {"rack": rack, "contract": made.id} | self._bought(placed)
        return found | {"document": self._documented(placed, found)}

    def _documented(self, item_id: int, found: Mapping[str, int]) -> int:
        """Write a document down that is about several things and overdue, with two versions."""
        session, admin, now = self._session, self._admin, self._now
        draft = DocumentDraft(
            self._place,
            "How the rack is wired",
            "diagram",
            "Front to back.",
            admin.person_id,
            now.date() - timedelta(days=2),
            12,
            (item_id,),
            (found["product"],),
            (found["contract"],),
        )
        paper = write_document(session, admin, draft, now)
        files = attachments_at(self._settings.home)
        for content in (
            Content("wiring.svg", BytesIO(b"<svg/>"), 100),
            Content(url="https://wiki.example.test/wiring", note="moved"),
        ):
            add_version(session, admin, files, paper.id, content, now)
        return paper.id

    def _bought(self, item_id: int) -> dict[str, int]:
        """Say what an item is and cost, give it to somebody who never confirms it; fill a shelf."""
        session, admin, now = self._session, self._admin, self._now
        edit_item(session, admin, item_id, {"vendor": "Acme", "model": "Rocket 3"}, now)
        link_items(session, [item_id], now)
        shop = write_supplier(session, admin, SupplierDraft(self._place, "Acme Retail"), now)
        today = now.date()
        paid = PurchaseDraft(
            shop.id, "PO-7", today, "1234.50", "EUR", today + timedelta(days=50), 36, "100"
        )
        write_purchase(session, admin, item_id, paid, now)
        known = model_of_item(session, admin, item_id).row
        long_ago = now - timedelta(days=40)
        readers = select(Person.id).where(Person.language != "en")
        for person_id in (_known(admin.person_id), *session.scalars(readers).all()):
            tablet = self._item("laptop", f"tablet-{person_id}")
            give_item(session, admin, tablet, person_id, "", long_ago)
        mouse = StockDraft(self._place, "Mouse", None, minimum=5, quantity=3)
        return {
            "product": known.model.id if known else 0,
            "supplier": shop.id,
            "stock": create_article(session, admin, mouse, now).article.id,
            "licence": self._licensed(shop.id),
        }

    def _licensed(self, supplier_id: int) -> int:
        """Write a licence down that is about what runs on a machine, and some that end soon."""
        session, admin, now = self._session, self._admin, self._now
        draft = LicenceDraft(self._place, "Encryption", "core", ("openssl*",), "OpenSSL")
        licence = write_licence(session, admin, draft, now)
        ends = now.date() + timedelta(days=20)
        paid = EntitlementDraft(8, now.date(), ends, supplier_id, note="PO-8")
        add_entitlement(session, admin, licence.id, paid, now)
        return licence.id

    def _measured(self) -> int:
        """Measure everything, and ask owners about it."""
        ids = self._session.scalars(select(Item.id).order_by(Item.id)).all()
        run, sums = HealthRun(at=self._now, finished_at=self._now, items=len(ids)), Sums()
        self._session.add(run)
        self._session.flush()
        for one in measure(self._session, ids, self._now):
            sums.add(one)
            self._session.add(HealthOfItem(**item_row(one)))
        insert_rows(self._session, HealthFigure, sums.figures(run.id))
        insert_rows(self._session, HealthOfSource, sums.sources(run.id))
        due = self._now.date() + timedelta(days=30)
        draft = CampaignDraft(self._place, "Spring 2027", due)
        return start_campaign(self._session, self._admin, draft, self._now).id

    def _kept(self) -> int:
        """Keep a baseline that one item has left since."""
        draft = BaselineDraft(self._place, "Before the move", "class:hypervisor")
        kept = take_baseline(self._session, self._admin, draft, self._now)
        left = select(Item.id).where(Item.name == "host-1")
        moved = {"environment": "test"}
        edit_item(
            self._session, self._admin, self._session.execute(left).scalar_one(), moved, self._now
        )
        return kept.id

    def _question(self) -> int:
        """Let a copy report that may also be its original on other hardware."""
        known = virtual_machine(1)
        self._heard(known, days_ago=9)
        copy = known.but(uuid="", serial="", macs=_OTHER_CARDS)
        return _known(self._heard(copy, days_ago=0).review_id)

    def _heard(self, machine: Machine, days_ago: int) -> Recorded:
        seen = Observation(
            origin=Origin(AGENT, machine.agent_id),
            class_code=ClassCode("virtual_machine"),
            organisation_id=self._place,
            observed_at=self._now - timedelta(days=days_ago),
            identifiers=machine.evidence(),
            values={"name": machine.name, "cpu_cores": 4 + days_ago},
        )
        return Inventory(self._session, seen.observed_at).record(seen)

    def _merged(self, kept: int) -> int:
        """Merge a double into an item; return the double."""
        double = self._item("virtual_machine", "app-1.old", model="KVM")
        merge_items(self._session, self._admin, kept, double, self._now)
        return double

    def _derived(self, kind: str, start: int, end: int) -> int:
        """Relate two items as a rule does, with what was seen."""
        told = {"client": "sync-agent", "port": 8443, "server": "nginx"}
        seen = SeenRelation(
            RelationTypeCode(kind),
            ItemReference(item_id=start),
            ItemReference(item_id=end),
            weight=0.5,
            confidence=0.8,
            evidence={"rule": "calls", "connections": [told]},
        )
        (related,) = Inventory(self._session, self._now).relate([seen], DERIVED, self._place)
        assert related.relation_id is not None, related.problems
        return related.relation_id

    def _item(
        self, class_code: str, name: str, parties: tuple[PartyDraft, ...] = (), **values: object
    ) -> int:
        draft = ItemDraft(class_code, self._place, {"name": name, **values}, parties)
        return create_item(self._session, self._admin, draft, self._now - timedelta(days=9)).id

    def _relate(
        self, kind: str, start: int, end: int, group: GroupMembership | None = None
    ) -> None:
        draft = RelationDraft(kind, start, end, group)
        create_relation(self._session, self._admin, draft, self._now - timedelta(days=8))

    def _doubt(self, item_id: int) -> None:
        """Let a source say something that the register cannot believe."""
        seen = Observation(
            origin=Origin(AGENT, "a confused agent"),
            class_code=ClassCode(self._session.get_one(Item, item_id).class_code),
            organisation_id=self._place,
            observed_at=self._now,
            values={"memory_bytes": "plenty"},
            item_id=item_id,
        )
        Inventory(self._session, self._now).record(seen)

    def _network(self, credential_id: int) -> dict[str, int]:
        """Write a range with a sweep under way, a link, and a neighbour that nobody knows."""
        session, admin, now = self._session, self._admin, self._now
        draft = RangeDraft(self._place, "Office", "10.0.0.0/28", (credential_id,), cron="0 2 * * *")
        create_collector(session, admin, draft.organisation_id, "Oslo, the harbour", now)
        row = create_range(session, admin, draft, now)
        run = ask_run(session, admin, row.id, now)
        one, other = session.scalars(select(Item.id).order_by(Item.id).limit(2)).all()
        seen = {"first_seen_at": now, "last_seen_at": now}
        said = {"layer": 2, "evidence": ["lldp:a", "fdb:b"], "vlans": [10, 20], "confidence": 0.98}
        ends = {"start_id": one, "start_port": "Gi1/0/1", "end_id": other, "end_port": "Gi1/0/24"}
        session.add(NetworkLink(key="office", **ends, **said, **seen))
        why = {"protocol": "lldp", "reason": "no known device answers to that identity"}
        who = {"remote_name": "phone-7.office.example", "remote_port": "1"}
        addresses = {"remote_addresses": ["10.0.0.77"]}
        place = {"key": "phone", "item_id": one, "port": "Gi1/0/7"}
        session.add(NetworkHalfLink(**place, **why, **who, **addresses, **seen))
        found = {"state": "found", "outcome": "created", "item_id": one, "name": "core-1"}
        session.add(ScanOutcome(run_id=run.id, address="10.0.0.1", at=now, **found))
        session.flush()
        return {"range": row.id, "run": run.id}

    def _programs(self) -> dict[str, int]:
        session, admin, now = self._session, self._admin, self._now
        wanted = CredentialDraft(self._place, "Routers", community="public")
        credential = create_credential(session, admin, self._secrets, wanted, now)
        ask_probe(session, admin, ProbeDraft(self._place, "10.0.0.1", credential.id), now)
        swept = self._network(credential.id)
        token_of(session, _known(admin.person_id), "Nightly export")
        failed = session.get_one(Job, enqueue(session, "jobs.forget"))
        failed.state = "dead"
        directory = create_directory(
            session,
            admin,
            {
                "code": "ldap-example",
                "name": "Example directory",
                # Nobody listens there.
                "url": "ldap://127.0.0.1:1",
                "start_tls": False,
                "base_dn": "dc=example,dc=test",
                "computer_filter": "(objectClass=device)",
                "organisation_id": self._place,
            },
            self._secrets,
            now,
        )
        self._session.add(self._computer(directory))
        agent = session.scalar(select(func.max(Agent.id)))
        assert agent is not None
        run = self._synchronised(directory)
        swept |= self._vouched_for() | self._delivered()
        return {"agent": agent, "directory": directory.id, "directory_run": run} | swept

    def _delivered(self) -> dict[str, int]:
        """Give the company a personnel list whose last delivery was held back."""
        particulars = {
            "code": "hr",
            "name": "Personnel office",
            "organisation_id": self._place,
            "columns": {"title": "Position"},
        }
        roster = create_roster(self._session, self._admin, particulars, self._now)
        report = RosterReport("held", doubt="10 of 30 people would be disabled", lines_read=20)
        left = self._world.reader.person_id
        report.leaving = [left] if left else []
        report.note_conflicts(["line 7: it has no name"])
        run = RosterRun(
            roster_id=roster.id,
            file_name="people.csv",
            started_at=self._now,
            finished_at=self._now,
            state="held",
            report=report.document(),
        )
        self._session.add(run)
        self._session.flush()
        return {"roster": roster.id, "roster_run": run.id}

    def _vouched_for(self) -> dict[str, int]:
        """Let an identity provider vouch for the administrator, and another one for nobody."""
        made = []
        for code, name in (("staff", "Example staff"), ("guests", "Example guests")):
            particulars = {
                "code": code,
                "name": name,
                "issuer": f"https://id.example.test/realms/{code}",
                "client_id": "cadastre",
                "organisation_id": self._world.root.id,
            }
            made.append(
                create_provider(self._session, self._admin, particulars, self._secrets, self._now)
            )
        spoken = {
            "code": "partners",
            "name": "Example partners",
            "metadata": published_metadata(),
            "organisation_id": self._world.root.id,
        }
        saml = create_saml_provider(self._session, self._admin, spoken, self._secrets, self._now)
        owner = self._admin.person_id or 0
        link_identity(self._session, self._admin, made[0].id, owner, "7f3a9c", self._now)
        self._declare(owner)
        return {"identity_provider": made[0].id, "saml_provider": saml.id}

    def _declare(self, owner: int) -> None:
        """Keep a role for the owner, and let an emergency of somebody else wait for a review."""
        place = self._world.root.id
        scope = Scope(place, emergency=True)
        give_role(self._session, "administrator", Holder(person_id=owner), scope, self._now)
        use = EmergencyUse(
            person_id=_known(self._world.agent.person_id),
            organisation_id=place,
            role="",
            reason="Nobody could sign in",
            taken_at=self._now - timedelta(hours=9),
            ends_at=self._now - timedelta(hours=1),
        )
        self._session.add(use)
        self._session.flush()
        use.signature = Signer(self._settings.signing_key_file).sign(signed_document(use))

    def _synchronised(self, directory: Directory) -> int:
        """Give the directory a rule and the report of a run that was held back."""
        rule = RuleDraft("desk-*", "reader", self._place)
        add_rule(self._session, self._admin, directory, rule, self._now)
        left = self._world.reader.person_id
        report = SyncReport(persons_seen=30, persons_changed=2, leaving=[left] if left else [])
        report.state, report.doubt = "held", "10 of 30 people would be disabled"
        report.note_conflict("the login 'sam' of person 7 is taken")
        run = DirectoryRun(
            directory_id=directory.id,
            started_at=self._now,
            finished_at=self._now,
            state=report.state,
            report=report.document(),
        )
        self._session.add(run)
        self._session.flush()
        return run.id

    def _computer(self, directory: Directory) -> DirectoryComputer:
        """Return a computer of the directory that no agent ever saw."""
        return DirectoryComputer(
            directory_id=directory.id,
            organisation_id=self._place,
            external_id="0f0e0d0c-0b0a-4908-8706-050403020100",
            dn="cn=LOST-PC,dc=example,dc=test",
            name="LOST-PC",
            name_key="lost-pc",
            fqdn="lost-pc.example.test",
            os="Windows 11 Pro",
            os_version="10.0 (22631)",
            disabled=True,
            why="no_match",
            first_seen_at=self._now,
            seen_at=self._now,
        )

    def _desk(self, there: Things) -> dict[str, str | int]:
        ticket = self._ticket("Orders page times out", int(there["db"]), int(there["app"]))
        outage = self._outage(ticket)
        self._ticket("Laptop does not wake up", int(there["laptop"]))
        self._ticket("This machine is slow", int(there["item"]))
        said = EntryDraft("We are on it: see CHG-1 and https://example.test/status")
        add_entry(self._session, self._world.agent, ticket, said, self._now)
        note = EntryDraft("It began after the upgrade.", "internal")
        add_entry(self._session, self._world.agent, ticket, note, self._now)
        self._around(ticket)
        db = int(there["db"])
        asked = self._change(db, asked=True)
        found: dict[str, str | int] = {"ticket": ticket, "draft": self._change(db), "asked": asked}
        found["outage"] = outage
        found |= put_board(self._session, self._world, asked, self._now)
        found |= put_catalogue(self._session, self._world, self._now)
        found |= put_post(self._session, self._settings, self._world, ticket, self._now)
        return found | self._problem(ticket, db)

    def _outage(self, reference: str) -> int:
        """Return the outage that a ticket makes of a service."""
        ticket = find_ticket(self._session, self._world.agent, reference)
        keep_outages(self._session, ticket, self._now, named=True)
        query = select(ServiceOutage.id).where(ServiceOutage.ticket_id == ticket.id)
        return self._session.scalars(query).one()

    def _problem(self, ticket: str, db: int) -> dict[str, str | int]:
        """Write a known error behind a ticket, and run another one as a major incident."""
        session, agent, now = self._session, self._world.agent, self._now
        draft = ProblemDraft("The pool leaks", tickets=(ticket,), cause_item_id=db)
        problem = open_problem(session, agent, draft, now).reference
        said = {"workaround": "Restart the pool.", "published": "everyone"}
        whys = [{"because": "Connections stay open", "evidence": "pg_stat_activity"}]
        edit_problem(session, agent, problem, {**said, "whys": whys}, now)
        move_problem(session, agent, problem, "known_error", now)
        judge_item(session, agent, problem, VerdictDraft(db, "suspected", "Since 4.2"), now)
        major = self._ticket("Nothing prints", db)
        leads = MajorDraft(self._world.agent.person_id, children=(self._ticket("No print", db),))
        run_major(session, agent, major, leads, now)
        update_major(session, agent, major, "announcement", "The spooler is down.", now)
        found: dict[str, str | int] = {"problem": problem, "major": major}
        found |= self._routines()
        return found | {"announcement": self._announcement(db)}

    def _routines(self) -> dict[str, str | int]:
        """Write a macro, and a schedule that has opened a ticket."""
        session, admin, now = self._session, self._admin, self._now
        add_macro(session, admin, "x100", Macro("x100", note="x100"), now)
        first = now + timedelta(minutes=1)
        draft = ScheduleDraft("x100", "pool", first, organisation_id=self._place)
        schedule = save_schedule(session, admin, draft, now).id
        open_due(session, first)
        return {"macro": "x100", "schedule": schedule}

    def _announcement(self, db: int) -> int:
        """Announce works on an item, and say how they go."""
        session, agent, now = self._session, self._world.agent, self._now
        draft = AnnouncementDraft(
            "x100",
            text="x100",
            concerned="x100",
            workaround="x100",
            cause="x100",
            contact="x100",
            expected_end_at=now + timedelta(hours=2),
            audience="everyone",
            item_ids=(db,),
            organisation_id=self._place,
        )
        row = write_announcement(session, agent, draft, now)
        move_announcement(session, agent, row.id, "published", "", now)
        update_announcement(session, agent, row.id, "x100", None, now)
        return row.id

    def _around(self, ticket: str) -> None:
        """Put steps and time on a ticket that everybody follows, and write a template."""
        session, agent, now = self._session, self._world.agent, self._now
        # Under the code that the rules of derivation have an example of.
        steps = {
            "title": "A disk is full",
            "category": "hardware.server",
            "tasks": ["Free room"],
        }
        session.add(TicketTemplate(code="pool", name="Disk full", document=steps, updated_at=now))
        session.flush()
        add_checklist(session, agent, ticket, "pool", now)
        book_time(session, agent, ticket, TimeDraft(75, "Read the log"), now)
        found = find_ticket(session, agent, ticket)
        session.add_all(
            TicketWatcher(ticket_id=found.id, person_id=one)
            for one in session.scalars(select(Account.person_id))
        )
        session.flush()

    def _ticket(self, title: str, *item_ids: int) -> str:
        draft = TicketDraft(
            title,
            description="Since this morning, for everybody in Sales.",
            urgency="high",
            affected_item_ids=item_ids,
            requester_id=self._world.requester.person_id,
            organisation_id=self._place,
        )
        return open_ticket(self._session, self._world.agent, draft, self._now).reference

    def _change(self, item_id: int, *, asked: bool = False) -> str:
        session, author, now = self._session, self._world.configuration_manager, self._now
        draft = ChangeDraft(
            "Move the database to new disks",
            reason="The disks are five years old.",
            implementation_plan="Stop it, copy it, start it.",
            back_out_plan="Start it on the old disks.",
            item_ids=(item_id,),
            window_start=now + timedelta(days=1),
            window_end=now + timedelta(days=1, hours=2),
            organisation_id=self._place,
            answers={"practised": "once", "way_back": "hours"},
            tasks=(TaskDraft("Stop it"), TaskDraft("Copy it", author.person_id)),
            differences=(DifferenceDraft("attribute", item_id, "vendor", "Acme"),),
        )
        change = draft_change(session, author, draft, now)
        if asked:
            move_change(session, author, change.id, ChangeMove("assessment"), now)
            request_approval(session, author, change.id, now)
        return change.reference
