"""Pages: each file is one corner of the site, thin over the server's queries and actions."""

from flask import Blueprint

from web.pages.account import account
from web.pages.groups import groups
from web.pages.interface import interface
from web.pages.items import items
from web.pages.logins import logins
from web.pages.people import people
from web.pages.search import search
from web.pages.services import services

PAGES: tuple[Blueprint, ...] = (
    account,
    groups,
    interface,
    items,
    logins,
    people,
    search,
    services,
)
