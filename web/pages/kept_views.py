"""Views of a list that people keep, open, share and watch: the same pages for every list."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items.listing import views, watching
from server.items.models import SavedView
from server.people.queries.groups import names_of_groups
from web.pages.frame import done, whole


class KeptViews:
    """The pages over the views of one list; ``address`` says where a view is shown."""

    def __init__(self, kind: views.ViewKind, address: Callable[[SavedView], str]) -> None:
        self._kind = kind
        self._address = address

    def add_to(self, pages: Blueprint) -> None:
        """Add the pages below the list's own."""
        rules = (
            ("/views", "keep_view", self.keep, "POST"),
            ("/views/<int:view_id>", "open_view", self.show, "GET"),
            ("/views/<int:view_id>/forget", "forget_view", self.forget, "POST"),
            ("/views/<int:view_id>/watch", "watch_view", self.watch, "POST"),
        )
        for rule, endpoint, page, method in rules:
            pages.add_url_rule(rule, endpoint, page, methods=[method])

    def menu(self, pages: str, **hidden: str) -> Mapping[str, Any]:
        """Return what the menu of views shows; ``hidden`` is what keeping one now would keep."""
        session, actor = current_session(), current_actor()
        groups: Mapping[int, str] = {}
        if actor.group_ids and actor.may(Permission.GROUP_READ):
            groups = names_of_groups(session, actor, actor.group_ids)
        return {
            "pages": pages,
            "found": [
                (one, self._address(one.view))
                for one in views.list_views(session, actor, self._kind)
            ],
            "groups": sorted(groups.items(), key=lambda pair: pair[1].casefold()),
            "own_id": actor.person_id,
            "hidden": hidden,
        }

    def keep(self) -> ResponseReturnValue:
        """Keep what the list shows now under a name."""
        form = request.form
        whose = form.get("whose", "")
        draft = views.ViewDraft(
            name=form.get("name", ""),
            query=form.get("q", ""),
            columns=[code for code in form.get("columns", "").split(",") if code],
            sort=form.get("sort", ""),
            shared=whose == "everybody",
            group_id=whole(whose),
        )
        view = views.save_view(
            current_session(), current_actor(), self._kind, draft, current_time()
        )
        return done(gettext("The view is kept."), self._address(view))

    def show(self, view_id: int) -> ResponseReturnValue:
        """Open the list as a view shows it."""
        view = views.get_view(current_session(), current_actor(), self._kind, view_id)
        return redirect(self._address(view))

    def forget(self, view_id: int) -> ResponseReturnValue:
        """Forget a view of one's own."""
        views.delete_view(current_session(), current_actor(), self._kind, view_id)
        return done(gettext("The view is forgotten."), self._kind.path)

    def watch(self, view_id: int) -> ResponseReturnValue:
        """Watch a view from now on, or no more."""
        session, actor = current_session(), current_actor()
        view = views.get_view(session, actor, self._kind, view_id)
        here = self._address(view)
        if request.form.get("watch") == "0":
            watching.leave_view(session, actor, self._kind, view_id)
            return done(gettext("You hear no more of this view."), here)
        watching.watch_view(session, actor, self._kind, view_id, current_time())
        return done(gettext("You are told of what enters this view from now on."), here)
