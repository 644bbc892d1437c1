"""Pages: each file is one corner of the site, thin over the server's queries and actions."""

from flask import Blueprint

from web.pages.account import account
from web.pages.items import items
from web.pages.services import services

PAGES: tuple[Blueprint, ...] = (
    account,
    items,
    services,
)
