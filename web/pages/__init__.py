"""Pages: each file is one corner of the site, thin over the server's queries and actions."""

from flask import Blueprint

from web.pages.absences import absences
from web.pages.account import account
from web.pages.administration import administration
from web.pages.advisories import advisories
from web.pages.agent_download import agent_download
from web.pages.agents import agents
from web.pages.alarms import alarms
from web.pages.announcements import announcements
from web.pages.approvals import approvals
from web.pages.assets import assets
from web.pages.changes import changes
from web.pages.collectors import collectors
from web.pages.dashboard import dashboard
from web.pages.derivation import derivation
from web.pages.directories import directories
from web.pages.directory_computers import directory_computers
from web.pages.directory_details import directory_details
from web.pages.discovery import discovery
from web.pages.documents import documents
from web.pages.emergencies import emergencies
from web.pages.equipment import equipment
from web.pages.estate import estate
from web.pages.foreign_agents import foreign_agents
from web.pages.groups import groups
from web.pages.health import health
from web.pages.history import history
from web.pages.imports import exports, imports
from web.pages.interface import interface
from web.pages.items import items
from web.pages.junk import junk
from web.pages.knowledge import knowledge
from web.pages.labels import labels
from web.pages.lately import lately
from web.pages.letters import letters
from web.pages.levels import levels
from web.pages.licences import licences
from web.pages.linked_identities import linked_identities
from web.pages.logins import logins
from web.pages.mailboxes import mailboxes
from web.pages.major import major
from web.pages.merging import identity
from web.pages.model import model
from web.pages.network import network
from web.pages.notifications import notifications
from web.pages.offering_editor import offering_editor
from web.pages.offerings import offerings
from web.pages.orders import orders
from web.pages.ownership import ownership
from web.pages.passkeys import passkeys
from web.pages.past import past
from web.pages.people import people
from web.pages.portal import portal
from web.pages.precedence import precedence
from web.pages.problems import problems
from web.pages.products import products
from web.pages.provider_sign_in import provider_sign_in
from web.pages.providers import providers
from web.pages.reach import reach
from web.pages.reviews import reviews
from web.pages.risk import risk
from web.pages.roles import roles
from web.pages.rosters import rosters
from web.pages.routines import routines
from web.pages.routing import routing
from web.pages.saml_providers import saml_providers
from web.pages.saml_sign_in import saml_sign_in
from web.pages.search import search
from web.pages.second_factor import second_factor
from web.pages.service_page import service
from web.pages.services import services
from web.pages.software import software
from web.pages.stock import stock
from web.pages.suppliers import suppliers
from web.pages.sweeps import sweeps
from web.pages.tickets import tickets
from web.pages.tokens import tokens
from web.pages.words import words

PAGES: tuple[Blueprint, ...] = (
    absences,
    account,
    administration,
    agent_download,
    agents,
    alarms,
    announcements,
    approvals,
    changes,
    dashboard,
    derivation,
    directories,
    directory_computers,
    directory_details,
    rosters,
    discovery,
    network,
    sweeps,
    collectors,
    emergencies,
    estate,
    foreign_agents,
    groups,
    health,
    assets,
    products,
    suppliers,
    documents,
    ownership,
    passkeys,
    equipment,
    stock,
    letters,
    levels,
    licences,
    labels,
    history,
    exports,
    imports,
    interface,
    items,
    identity,
    junk,
    knowledge,
    lately,
    linked_identities,
    logins,
    mailboxes,
    model,
    notifications,
    offering_editor,
    offerings,
    orders,
    past,
    people,
    portal,
    major,
    precedence,
    problems,
    provider_sign_in,
    providers,
    reach,
    reviews,
    risk,
    roles,
    routines,
    routing,
    saml_providers,
    saml_sign_in,
    search,
    second_factor,
    service,
    services,
    software,
    advisories,
    tickets,
    tokens,
    words,
)
