"""Computers of a directory: those that no agent ever saw, and the others."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from server.foundation.edge.requests import current_actor, current_session
from server.foundation.edge.tables import CSV, saved_answer
from server.items.directory_computers import (
    ComputerQuestion,
    computers_csv,
    count_computers,
    list_computers,
)
from server.people.queries.directories import directory as directory_in_sight
from web.pages.frame import list_url, reader, url_for
from web.pages.lists import asked_choice, asked_page, asked_words, paging_of
from web.presenters.directory_computers import (
    VIEWS,
    computer_tabs,
    unmatched_text,
    view_text,
)

directory_computers = Blueprint(
    "directory_computers", __name__, url_prefix="/administration/directories/<int:directory_id>"
)


def _question() -> ComputerQuestion:
    return ComputerQuestion(asked_choice("show", VIEWS) or VIEWS[0], asked_words())


@directory_computers.route("/computers")
def index(directory_id: int) -> ResponseReturnValue:
    """List the accounts of computers, and the item each stands for."""
    session, actor = current_session(), current_actor()
    directory = directory_in_sight(session, actor, directory_id)
    asked = _question()
    page = list_computers(session, actor, directory_id, asked, asked_page("name"))
    counts = count_computers(session, actor, directory_id, asked.words)

    def address(show: str) -> str:
        return list_url(show=show, after=None)

    return render_template(
        "directories/computers.html",
        directory=directory,
        asked=asked,
        tabs=computer_tabs(counts, address, reader()),
        meaning=view_text(asked.show, reader()),
        rows=[(one, unmatched_text(one.why, reader())) for one in page.rows],
        paging=paging_of(page, counts[asked.show]),
        file_url=url_for(
            "directory_computers.table",
            directory_id=directory_id,
            show=asked.show,
            q=asked.words or None,
        ),
        clear_url=list_url(q=None, after=None) if asked.words else None,
    )


@directory_computers.route("/computers.csv")
def table(directory_id: int) -> ResponseReturnValue:
    """Give the same list, all of it, for spreadsheets."""
    text = computers_csv(current_session(), current_actor(), directory_id, _question())
    return saved_answer(text, CSV, "computers.csv")
