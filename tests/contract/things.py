"""The small prepared world of the endpoint kit: one thing of each kind, in sight and out of sight.

Both organisations are furnished alike::

    app ──depends on──> db (its owner is asked for approval)
    ticket on app; a change on db as a draft, in assessment, and waiting for approval
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Recorded
from cmdb.observation import (
    Identifier,
    ItemReference,
    Observation,
    Origin,
    Section,
    SeenRelation,
)
from cmdb.records.facts import Address, Interface, SoftwareProduct
from cmdb.records.identity import JunkValue
from cmdb.records.parties import Membership, Organisation
from cmdb.records.precedence import StoredPrecedence
from cmdb.records.sources import ItemSource
from cmdb.vocabulary import (
    DERIVED,
    MACHINE_ID,
    PERSON,
    SERIAL,
    SERVER,
    RelationTypeCode,
    SourceCode,
)
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
from server.assets.purchases.actions import SupplierDraft, write_supplier
from server.assets.stock.actions import ArticleDraft, create_article
from server.desk.changes.actions import (
    ChangeDraft,
    ChangeMove,
    draft_change,
    move_change,
    request_approval,
)
from server.desk.tickets.actions import MoveDraft, TicketDraft, move_ticket, open_ticket
from server.desk.tickets.actions.attaching import Upload, attach_file
from server.desk.tickets.actions.linking import link_ticket
from server.desk.tickets.actions.tasking import TaskDraft, TimeDraft, add_task, book_time
from server.desk.tickets.models import TicketTemplate
from server.desk.tickets.queries.kept import TICKET_VIEWS
from server.foundation.clock import utc_now
from server.foundation.jobs.models import Job
from server.foundation.jobs.queue import enqueue
from server.foundation.permissions import Actor, system_actor
from server.foundation.secrets import SecretBox
from server.foundation.settings import Settings
from server.foundation.storage import Storage, attachments_at
from server.imports.actions import begin_import
from server.imports.jobs import UPLOADS
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
from server.items.deriving.models import StoredRule
from server.items.deriving.verdicts import reject_relation
from server.items.enrolment import EnrolmentRequest, TokenDraft, create_token, enrol
from server.items.foreign.admitting import SourceDraft, create_source
from server.items.foreign.doors import Door
from server.items.foreign.messages import Dialect, Message
from server.items.foreign.models import InventorySource, WaitingSender
from server.items.foreign.taking import Knock, take
from server.items.health.campaigns import CampaignDraft, start_campaign
from server.items.health.models import Attestation
from server.items.identity.merging import merge_items
from server.items.listing.views import ITEM_VIEWS, ViewDraft, save_view
from server.items.modelling.changing import apply_model
from server.items.models import Agent, EnrolmentToken
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
    ApiToken,
    DirectoryRun,
    EmergencyUse,
    PersonPhoto,
    Role,
    RosterRun,
    SecondFactor,
)
from server.people.organisations import create_organisation
from server.people.rostering import packed
from server.scanning.actions import CredentialDraft, ProbeDraft, ask_probe, create_credential
from server.scanning.collectors.enrolling import create_collector
from server.scanning.ranges import RangeDraft, ask_run, create_range
from tests.contract.cast import Cast, make_cast
from tests.contract.change_things import change_things
from tests.contract.desk_things import desk_things, shared_desk_things
from tests.contract.mail_things import mail_things
from tests.support.people import BEGINNING, actor_of, make_group, make_person, token_of
from tests.support.pictures import png
from tests.support.saml_provider import published_metadata

#: What a thing is called in addresses and bodies, to its id or reference.
Things = Mapping[str, int | str]

#: The largest id there can be; nothing here ever gets so far.
UNKNOWN_ID = 2**63 - 1
#: Relations that were derived: one stands, one was rejected.
_DERIVED = {"derived": "calls", "denied": "attached_to"}


@dataclass(frozen=True, slots=True)
class PreparedWorld:
    """Everybody, and what they may see (``inside``), may not see, and what there is none of."""

    cast: Cast
    inside: Things
    hidden: Things
    unknown: Things


def prepare(session: Session, settings: Settings) -> PreparedWorld:
    """Write the world into an empty database; the caller commits."""
    root = create_organisation(session, None, "example", "Example", BEGINNING)
    operations = create_organisation(session, root, "operations", "Operations", BEGINNING)
    sales = create_organisation(session, root, "sales", "Sales", BEGINNING)
    cast = make_cast(session, root, operations)
    shared = _belonging_to_nobody(session)
    admin = actor_of(session, cast.admin.person_id)
    inside = _Furnishing(session, settings, admin, operations).things(cast.insider.person_id)
    hidden = _Furnishing(session, settings, admin, sales).things(None)
    unknown = dict.fromkeys(inside | shared, UNKNOWN_ID) | _references("999999999")
    return PreparedWorld(cast, inside | shared, hidden | shared, unknown)


def _references(number: str) -> dict[str, str]:
    changes = dict.fromkeys(("change", "assessed", "asked", "tasked"), f"CHG-{number}")
    tickets = dict.fromkeys(
        ("ticket", "second", "ended", "handed", "outside", "behind", "major"), f"INC-{number}"
    )
    orders = dict.fromkeys(("order", "own_order", "order_begun"), f"REQ-{number}")
    return tickets | changes | orders | {"problem": f"PRB-{number}"}


def _belonging_to_nobody(session: Session) -> dict[str, int | str]:
    """Write what no organisation owns: seen by whoever may see such things at all."""
    role = Role(code="own", labels={"en": "Own"}, permissions=["item:read"], reach="all")
    session.add(role)
    session.flush()
    job = session.get_one(Job, enqueue(session, "jobs.forget"))
    job.state = "dead"
    junk = JunkValue(kind="serial", value="ACME-TEST", note="", at=utc_now())
    session.add(junk)
    session.flush()
    rule = {"label": "Ours", "evidence": "connections", "type": "calls"}
    session.add(StoredRule(code="rule_of_ours", document=rule, updated_at=BEGINNING))
    wins = StoredPrecedence(
        class_code="", attribute="asset_tag", document={"order": ["agent"]}, updated_at=BEGINNING
    )
    session.add(wins)
    session.flush()
    _define(session)
    own: dict[str, int | str] = {
        name: name for name in ("own_class", "own_attribute", "own_relation")
    }
    own |= {name: name for name in ("lone_class", "lone_relation")} | {"own_evidence": "mac"}
    prepared = {"title": "New device", "tasks": ["Order it", "Hand it over"]}
    session.add(
        TicketTemplate(code="prepared", name="Device", document=prepared, updated_at=BEGINNING)
    )
    found: dict[str, int | str] = {
        "template": "prepared",
        "precedence": wins.id,
        "junk": junk.id,
        "role": role.id,
        "job": job.id,
        "rule": "rule_of_ours",
        "rest_subject": "tickets",
    }
    return found | own | shared_desk_things(session)


def _define(session: Session) -> None:
    """Define classes, an attribute, relationship types and a suggestion at run time."""
    name = {"label": {"en": "Of ours"}}
    both = name | {"reverse": name["label"]}
    entries: dict[tuple[str, str], dict[str, Any]] = {
        ("class", "own_class"): name | {"parent": "item"},
        ("class", "lone_class"): name | {"parent": "item"},
        ("attribute", "own_class.own_attribute"): name | {"type": "text"},
        ("relation", "own_relation"): both,
        ("relation", "lone_relation"): both,
        ("suggestion", "own_class.own_relation.own_class"): {},
        ("identity", "own_class.mac"): {"weight": 20},
    }
    apply_model(session, system_actor("tests"), entries, BEGINNING)


class _Furnishing:
    """Puts one thing of each kind into one organisation."""

    def __init__(
        self, session: Session, settings: Settings, admin: Actor, place: Organisation
    ) -> None:
        self._session = session
        self._admin = admin
        self._place = place
        self._secrets = SecretBox(settings.key_file)
        self._settings = settings
        self._files = attachments_at(settings.home)
        self._now = utc_now()

    def things(self, approver_id: int | None) -> dict[str, int | str]:
        """Return everything by name; ``approver_id`` None leaves approval to the person there."""
        found = self._people(approver_id)
        named = {"identity_provider_code": f"staff-{self._place.code}"}
        found |= self._items(approver_id or found["person"])
        found |= self._programs() | self._discovery() | self._identity()
        found |= self._views(approver_id)
        return found | self._desk(found) | named

    def _rosters(self) -> dict[str, int]:
        particulars = {
            "code": f"hr-{self._place.code}",
            "name": "Personnel office",
            "organisation_id": self._place.id,
        }
        session = self._session
        roster = create_roster(session, self._admin, particulars, BEGINNING)
        run = RosterRun(
            roster_id=roster.id,
            started_at=BEGINNING,
            state="held",
            report={},
            packed=packed([{"email": "nobody@example.test"}]),
        )
        session.add(run)
        session.flush()
        return {"roster": roster.id, "roster_run": run.id}

    def _people(self, holder_id: int | None) -> dict[str, int]:
        session, place = self._session, self._place
        person = make_person(session, place, f"Pat-{place.code} Person")
        other = make_person(session, place, f"Olga-{place.code} Other")
        group = make_group(session, place, f"Team {place.code}")
        session.add(Membership(person_id=person.id, group_id=group.id, source="local"))
        scope = Scope(place.id)
        grant = give_role(session, "reader", Holder(person_id=person.id), scope, BEGINNING)
        token_of(session, holder_id or person.id, "spare")
        session.add(SecondFactor(person_id=person.id, confirmed_at=BEGINNING, created_at=BEGINNING))
        session.add(
            PersonPhoto(
                person_id=person.id,
                source="local",
                media_type="image/png",
                given_digest="0" * 64,
                image=png(),
                updated_at=BEGINNING,
            )
        )
        directory = create_directory(
            session,
            self._admin,
            {
                "code": f"ldap-{place.code}",
                "name": "Directory",
                # Nobody listens there, and passwords would not leave the machine.
                "url": "ldap://127.0.0.1:1",
                "start_tls": False,
                "base_dn": "dc=example,dc=test",
                "organisation_id": place.id,
            },
            self._secrets,
            self._now,
        )
        rule = RuleDraft("desk-*", "reader", place.id)
        run = DirectoryRun(
            directory_id=directory.id, started_at=BEGINNING, state="finished", report={}
        )
        session.add(run)
        session.flush()
        return (
            self._provider(person.id, holder_id or person.id)
            | self._rosters()
            | self._emergencies(person.id, holder_id or person.id)
            | {
                "directory_rule": add_rule(session, self._admin, directory, rule, BEGINNING).id,
                "directory_run": run.id,
                "organisation": place.id,
                "person": person.id,
                "holder": holder_id or person.id,
                "other": other.id,
                "group": group.id,
                "grant": grant.id,
                "token": session.scalar(select(func.max(ApiToken.id))) or 0,
                "directory": directory.id,
            }
        )

    def _emergencies(self, person_id: int, holder_id: int) -> dict[str, int]:
        """Give the holder two sleeping roles, one of them in use; the other person's is over."""
        found = {}
        for name, role in (("sleeping", "reader"), ("woken", "requester")):
            scope = Scope(self._place.id, emergency=True)
            holder = Holder(person_id=holder_id)
            found[name] = give_role(self._session, role, holder, scope, BEGINNING).id
        for name, one, ends_at in (
            ("own_emergency", holder_id, self._now + timedelta(hours=1)),
            ("emergency", person_id, self._now - timedelta(hours=1)),
        ):
            use = EmergencyUse(
                grant_id=found["woken"],
                person_id=one,
                organisation_id=self._place.id,
                role="requester",
                reason="a long story",
                taken_at=BEGINNING,
                ends_at=ends_at,
            )
            self._session.add(use)
            self._session.flush()
            found[name] = use.id
        return found

    def _provider(self, person_id: int, holder_id: int) -> dict[str, int]:
        """Let an identity provider vouch for the person, and for who has a password besides."""
        code = f"staff-{self._place.code}"
        particulars = {
            "code": code,
            "name": "Staff",
            # Nobody listens there, and the gate is closed besides.
            "issuer": "https://127.0.0.1:1",
            "client_id": "cadastre",
            "organisation_id": self._place.id,
        }
        row = create_provider(self._session, self._admin, particulars, self._secrets, self._now)
        spoken = particulars | {
            "code": f"saml-{self._place.code}",
            "metadata": published_metadata(),
        }
        saml = create_saml_provider(self._session, self._admin, spoken, self._secrets, self._now)
        self._session.execute(
            update(Account).where(Account.person_id == holder_id).values(password_hash="unused")
        )
        linked = {
            one: link_identity(
                self._session, self._admin, row.id, one, f"subject-{one}", BEGINNING
            ).id
            for one in {person_id, holder_id}
        }
        return {
            "identity_provider": row.id,
            "saml_provider": saml.id,
            "external_identity": linked[person_id],
            "own_identity": linked[holder_id],
        }

    def _items(self, owner_id: int) -> dict[str, int]:
        code = self._place.code
        app = self._item("server", f"app-{code}", vendor=f"Acme-{code}", model=f"Rocket-{code}")
        owner = PartyDraft("owner", person_id=owner_id)
        db = self._item("server", f"db-{self._place.code}", (owner,))
        draft = RelationDraft("depends_on", app, db)
        relation = create_relation(self._session, self._admin, draft, self._now)
        derived = {name: self._derived(verb, app, db) for name, verb in _DERIVED.items()}
        denied = reject_relation(self._session, self._admin, derived.pop("denied"), self._now)
        service = self._item("business_service", f"service-{code}", availability_target="100")
        draft = RelationDraft("depends_on", service, app)
        create_relation(self._session, self._admin, draft, self._now)
        found = {"item": app, "provider": db, "relation": relation.id, "verdict": denied.id}
        self._reachable(app)
        found |= self._asked()
        found |= {"service": service} | self._around(app, owner_id)
        return found | derived

    def _around(self, item_id: int, holder_id: int) -> dict[str, int]:
        """Give an item a model, a supplier and a holder, and let something lie in stock."""
        session, admin, now, code = self._session, self._admin, self._now, self._place.code
        link_items(session, [item_id], now)
        supplier = write_supplier(session, admin, SupplierDraft(self._place.id, "Market"), now)
        held = self._item("laptop", f"held-{code}")
        article = ArticleDraft(self._place.id, "Mouse", quantity=5)
        return (
            self._licensed()
            | {
                "product": model_of_item(session, admin, item_id).row.model.id,  # type: ignore[union-attr]
                "supplier": supplier.id,
                "held": held,
                "custody": give_item(session, admin, held, holder_id, "", now).custody.id,
                "stock": create_article(session, admin, article, now).article.id,
            }
            | self._documented(item_id)
        )

    def _documented(self, item_id: int) -> dict[str, int]:
        """Write a document down, with a picture."""
        session, admin, now = self._session, self._admin, self._now
        draft = DocumentDraft(self._place.id, "Wiring", "diagram", item_ids=(item_id,))
        paper = write_document(session, admin, draft, now)
        kept = Content("wiring.png", BytesIO(png(2)), 10_000)
        add_version(session, admin, self._files, paper.id, kept, now)
        return {"document": paper.id}

    def _licensed(self) -> dict[str, int]:
        """Write a licence down, and that some were bought."""
        session, admin, now = self._session, self._admin, self._now
        draft = LicenceDraft(self._place.id, "Editor", "device", ("vim*",))
        licence = write_licence(session, admin, draft, now)
        bought = add_entitlement(session, admin, licence.id, EntitlementDraft(3), now)
        return {"licence": licence.id, "entitlement": bought.id}

    def _reachable(self, item_id: int) -> None:
        """Give an item an address that a ticket may check."""
        port = Interface(item_id=item_id, source="agent", name="eth0")
        self._session.add(port)
        self._session.flush()
        self._session.add(
            Address(item_id=item_id, interface_id=port.id, address="192.0.2.1", prefix_length=24)
        )
        self._session.flush()

    def _asked(self) -> dict[str, int]:
        """Ask the owner of an item whether it is right."""
        due = self._now.date() + timedelta(days=30)
        draft = CampaignDraft(self._place.id, "Spring", due, "class:server")
        campaign = start_campaign(self._session, self._admin, draft, self._now)
        asked = select(Attestation.id).where(Attestation.campaign_id == campaign.id)
        baseline = BaselineDraft(self._place.id, "Now", "class:server")
        kept = take_baseline(self._session, self._admin, baseline, self._now)
        promise = ContractDraft(
            self._place.id, "CTR-1", "Support", "Acme", "support", self._now.date(), due
        )
        return {
            "contract": create_contract(self._session, self._admin, promise, self._now).id,
            "rack": self._item("rack", f"rack-{self._place.code}"),
            "baseline": kept.id,
            "campaign": campaign.id,
            "attestation": self._session.scalar(asked) or 0,
        }

    def _derived(self, verb: str, start: int, end: int) -> int:
        seen = SeenRelation(
            RelationTypeCode(verb),
            ItemReference(item_id=start),
            ItemReference(item_id=end),
            evidence={"rule": "calls"},
        )
        door = Inventory(self._session, self._now)
        (related,) = door.relate([seen], DERIVED, self._place.id)
        return related.relation_id or 0

    def _item(
        self, class_code: str, name: str, parties: tuple[PartyDraft, ...] = (), **values: str
    ) -> int:
        draft = ItemDraft(class_code, self._place.id, {"name": name, **values}, parties)
        return create_item(self._session, self._admin, draft, self._now).id

    def _views(self, keeper_id: int | None) -> dict[str, int]:
        """Keep a view of each list, shared; out of sight they are the administrator's own."""
        keeper = actor_of(self._session, keeper_id) if keeper_id else self._admin
        shared = bool(keeper_id)
        servers = ViewDraft("Servers", "class:server", shared=shared)
        view = save_view(self._session, keeper, ITEM_VIEWS, servers, self._now)
        pressing = ViewDraft("Pressing", "view=open&priority=1", shared=shared)
        tickets = save_view(self._session, keeper, TICKET_VIEWS, pressing, self._now)
        return {"view": view.id, "ticket_view": tickets.id} | self._imports()

    def _imports(self) -> dict[str, int]:
        """Write a file that waits for its mapping, and one that was imported."""
        storage, where = Storage(self._settings.home / UPLOADS), (self._place.id, "sheet")
        found = []
        for content in (b"name,class\nx,server\n", b"name,class\ny,server\n"):
            upload = ("list.csv", BytesIO(content))
            run = begin_import(self._session, self._admin, storage, upload, where, self._now)
            found.append(run)
        found[1].state = "done"
        return {"import": found[0].id, "imported": found[1].id}

    def _identity(self) -> dict[str, int]:
        """Write a question that waits, an item that two sources know, and a merge."""
        session, admin, code = self._session, self._admin, self._place.code
        door = Inventory(session, self._now)
        machine = f"{self._place.id:08x}a1b2c3d4e5f60718293a4b5c"
        serial = Identifier(SERIAL, f"{code.upper()}-1|acme")
        one = self._told(door, "a", serial)
        self._told(door, "b", Identifier(MACHINE_ID, machine))
        asked = self._told(door, "", serial, Identifier(MACHINE_ID, machine))
        edit_item(session, admin, one.item_id or 0, {"asset_tag": "A-1"}, self._now)
        speaker = select(ItemSource.id).where(
            ItemSource.item_id == one.item_id, ItemSource.source == PERSON
        )
        kept, gone = (self._item("server", f"{name}-{code}") for name in ("kept", "gone"))
        act = merge_items(session, admin, kept, gone, self._now)
        return {
            "review": asked.review_id or 0,
            "doubled": one.item_id or 0,
            "speaker": session.scalar(speaker) or 0,
            "act": act.id,
            "kept": kept,
        }

    def _told(self, door: Inventory, key: str, *evidence: Identifier) -> Recorded:
        seen = Observation(
            origin=Origin(SourceCode("import:list"), key),
            class_code=SERVER,
            organisation_id=self._place.id,
            observed_at=self._now,
            identifiers=evidence,
            values={"name": f"listed-{key}-{self._place.code}"},
        )
        return door.record(seen)

    def _programs(self) -> dict[str, int]:
        session, code = self._session, self._place.code
        draft = TokenDraft(f"agents of {code}", self._place.id, uses=None)
        secret = create_token(session, self._admin, draft, self._now)
        enrol(session, EnrolmentRequest(secret, f"agent-of-{code}", f"host-{code}"), self._now)
        session.flush()
        return {
            "agent": session.scalar(select(func.max(Agent.id))) or 0,
            "enrolment_token": session.scalar(select(func.max(EnrolmentToken.id))) or 0,
        } | self._foreign()

    def _foreign(self) -> dict[str, int]:
        session, code, now = self._session, self._place.code, self._now
        draft = SourceDraft(f"source-{code}", "Branch", self._place.id, "basic")
        create_source(session, self._admin, draft, now)
        prolog = Message("prolog", f"stranger-of-{code}", Dialect.OCS, as_json=False)
        take(session, Knock(Door(self._place.id), prolog, now))
        package = ("deb", f"tool-of-{code}", "1.0", "amd64")
        seen = Observation(
            origin=Origin(SourceCode("inventory"), f"packages-of-{code}"),
            class_code=SERVER,
            organisation_id=self._place.id,
            observed_at=now,
            values={"name": f"packed-{code}"},
            sections=(Section("software", "one", [package]),),
        )
        Inventory(session, now).record(seen)
        session.flush()
        meant = VersionRange("deb", f"tool-of-{code}", fixed="2.0")
        warned = ReadAdvisory(f"OSV-{code}", "osv", "A tool may fail.", ranges=(meant,))
        store_advisories(session, system_actor("tests"), [warned], now)
        return {
            "product": session.scalar(select(func.max(SoftwareProduct.id))) or 0,
            "advisory": session.scalar(select(func.max(Advisory.id))) or 0,
            "source": session.scalar(select(func.max(InventorySource.id))) or 0,
            "sender": session.scalar(select(func.max(WaitingSender.id))) or 0,
        }

    def _discovery(self) -> dict[str, int]:
        session, admin, now = self._session, self._admin, self._now
        wanted = CredentialDraft(self._place.id, "Routers", community="public")
        credential = create_credential(session, admin, self._secrets, wanted, now)
        probe = ask_probe(
            session, admin, ProbeDraft(self._place.id, "10.0.0.1", credential.id), now
        )
        draft = RangeDraft(self._place.id, "Office", "10.0.0.0/30", (credential.id,))
        swept = create_range(session, admin, draft, now)
        run = ask_run(session, admin, swept.id, now)
        named = create_collector(session, admin, self._place.id, "Harbour", now)
        return {"credential": credential.id, "probe": probe.id} | {
            "collector": named.collector.id,
            "range": self._another_range(credential.id),
            "run": run.id,
        }

    def _another_range(self, credential_id: int) -> int:
        draft = RangeDraft(self._place.id, "Branch", "10.1.0.0/30", (credential_id,))
        return create_range(self._session, self._admin, draft, self._now).id

    def _desk(self, there: dict[str, int]) -> dict[str, int | str]:
        draft = TicketDraft(
            "Orders fail", affected_item_ids=(there["item"],), organisation_id=self._place.id
        )
        ticket = open_ticket(self._session, self._admin, draft, self._now)
        return {
            "ticket": ticket.reference,
            **self._on_ticket(ticket.reference),
            **desk_things(self._session, self._admin, self._place.id, there, self._now),
            **mail_things(self._session, self._admin, self._place.id, self._settings),
            "change": self._change(there["provider"]),
            "assessed": self._change(there["provider"], "assessed"),
            "asked": self._change(there["provider"], "asked"),
        } | change_things(self._session, self._admin, self._change(there["provider"]), there)

    def _on_ticket(self, reference: str) -> dict[str, int | str]:
        """Write another ticket, linked with the first, and what belongs to a ticket."""
        session, admin, now = self._session, self._admin, self._now
        other = open_ticket(
            session, admin, TicketDraft("Also", organisation_id=self._place.id), now
        )
        link_ticket(session, admin, reference, "related_to", other.reference, now)
        upload = Upload("log.txt", BytesIO(b"It failed."), 1000)
        solved = open_ticket(
            session, admin, TicketDraft("Done", organisation_id=self._place.id), now
        )
        move_ticket(session, admin, solved.id, MoveDraft("cancelled", "Not needed"), now)
        return {
            "second": other.reference,
            "ended": solved.reference,
            "attachment": attach_file(session, admin, reference, self._files, upload, now).id,
            "task": add_task(session, admin, reference, TaskDraft("Look at it"), now).id,
            "time": book_time(session, admin, reference, TimeDraft(5), now).id,
        }

    def _change(self, item_id: int, stage: str = "draft") -> str:
        session, admin, now = self._session, self._admin, self._now
        draft = ChangeDraft(
            "Move the database",
            implementation_plan="Move it.",
            back_out_plan="Move it back.",
            item_ids=(item_id,),
            window_start=now + timedelta(days=1),
            window_end=now + timedelta(days=1, hours=2),
            organisation_id=self._place.id,
        )
        change = draft_change(session, admin, draft, now)
        if stage != "draft":
            move_change(session, admin, change.id, ChangeMove("assessment"), now)
        if stage == "asked":
            request_approval(session, admin, change.id, now)
        return change.reference
