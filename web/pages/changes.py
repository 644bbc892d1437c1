"""Changes: the list, the plan, the page with what a change would do, and what is done there."""

from collections.abc import Callable

from flask import Blueprint
from flask.typing import ResponseReturnValue

from web.pages import (
    change_authority,
    change_board,
    change_calendar,
    change_checking,
    change_inbox,
    change_list,
    change_page,
    change_parts,
    change_plan,
    change_policy,
    change_releases,
    change_standing_in,
)

changes = Blueprint("changes", __name__, url_prefix="/changes")

View = Callable[..., ResponseReturnValue]

_ROUTES: tuple[tuple[str, str, View, tuple[str, ...]], ...] = (
    ("", "index", change_list.index, ("GET",)),
    ("/new", "new", change_plan.new, ("GET", "POST")),
    ("/preview", "preview", change_plan.preview_plan, ("POST",)),
    ("/inbox", "inbox", change_inbox.inbox, ("GET",)),
    ("/inbox", "decide_many", change_inbox.decide, ("POST",)),
    ("/calendar", "calendar", change_calendar.calendar, ("GET",)),
    ("/calendar/collisions", "collisions", change_calendar.collisions, ("GET",)),
    ("/calendar", "move_window", change_calendar.move, ("POST",)),
    ("/calendar/windows", "add_window", change_calendar.add_window, ("POST",)),
    (
        "/calendar/windows/<int:calendar_window_id>/suspend",
        "suspend_window",
        change_calendar.suspend_window,
        ("POST",),
    ),
    ("/calendar/feeds", "open_feed", change_calendar.open_feed, ("POST",)),
    (
        "/calendar/feeds/<int:feed_id>/revoke",
        "revoke_feed",
        change_calendar.revoke_feed,
        ("POST",),
    ),
    ("/unauthorized", "unauthorized", change_checking.unauthorized, ("GET",)),
    (
        "/unauthorized/<int:unauthorized_id>",
        "judge_unauthorized",
        change_checking.judge,
        ("POST",),
    ),
    ("/followings", "follow", change_checking.follow, ("POST",)),
    ("/followings/<int:item_id>", "following", change_checking.following, ("GET",)),
    (
        "/followings/<int:item_id>/remove",
        "unfollow",
        change_checking.unfollow,
        ("POST",),
    ),
    ("/watches", "add_watch", change_checking.add_watch, ("POST",)),
    (
        "/watches/<int:change_watch_id>/remove",
        "remove_watch",
        change_checking.remove_watch,
        ("POST",),
    ),
    ("/<reference>/verification", "verify", change_checking.verify, ("POST",)),
    ("/board", "board", change_board.board, ("GET",)),
    ("/board", "call_meeting", change_board.call, ("POST",)),
    ("/board/<int:meeting_id>", "meeting", change_board.meeting, ("GET",)),
    ("/board/<int:meeting_id>/points", "put_on_agenda", change_board.put, ("POST",)),
    (
        "/board/<int:meeting_id>/points/<reference>/take",
        "take_off_agenda",
        change_board.take,
        ("POST",),
    ),
    (
        "/board/<int:meeting_id>/points/<reference>",
        "decide_point",
        change_board.decide,
        ("POST",),
    ),
    ("/board/<int:meeting_id>/minutes", "write_minutes", change_board.minutes, ("POST",)),
    ("/releases", "releases", change_releases.index, ("GET",)),
    ("/releases", "draft_release", change_releases.draft, ("POST",)),
    ("/releases/<release>", "release", change_releases.show, ("GET",)),
    ("/releases/<release>", "edit_release", change_releases.edit, ("POST",)),
    ("/releases/<release>/remove", "remove_release", change_releases.remove, ("POST",)),
    ("/releases/<release>/changes", "put_into_release", change_releases.put, ("POST",)),
    (
        "/releases/<release>/changes/<reference>/take",
        "take_out_of_release",
        change_releases.take,
        ("POST",),
    ),
    ("/policy", "policy", change_policy.policy, ("GET",)),
    ("/policy/rules", "add_rule", change_policy.add_rule, ("POST",)),
    (
        "/policy/rules/<int:approval_rule_id>/remove",
        "remove_rule",
        change_policy.remove_rule,
        ("POST",),
    ),
    ("/policy/templates", "add_template", change_policy.add_template, ("POST",)),
    (
        "/policy/templates/<int:change_template_id>/approve",
        "approve_template",
        change_policy.approve_template,
        ("POST",),
    ),
    (
        "/policy/templates/<int:change_template_id>/retire",
        "retire_template",
        change_policy.retire_template,
        ("POST",),
    ),
    ("/policy/deputies", "name_deputy", change_standing_in.name_deputy, ("POST",)),
    (
        "/policy/deputies/<int:deputy_id>/dismiss",
        "dismiss_deputy",
        change_standing_in.dismiss_deputy,
        ("POST",),
    ),
    ("/<reference>/tasks", "add_task", change_parts.add_task, ("POST",)),
    (
        "/<reference>/tasks/<int:change_task_id>/remove",
        "remove_task",
        change_parts.remove_task,
        ("POST",),
    ),
    (
        "/<reference>/tasks/<int:change_task_id>/raise",
        "raise_task",
        change_parts.raise_task,
        ("POST",),
    ),
    ("/<reference>/tasks/<int:change_task_id>", "mark_task", change_parts.mark_task, ("POST",)),
    ("/<reference>/differences", "add_difference", change_parts.add_difference, ("POST",)),
    (
        "/<reference>/differences/<int:position>/remove",
        "remove_difference",
        change_parts.remove_difference,
        ("POST",),
    ),
    ("/<reference>/apply", "apply", change_parts.apply, ("POST",)),
    ("/<reference>/authority", "authority", change_authority.authority, ("GET",)),
    ("/<reference>/authority", "hand_over", change_authority.hand_over, ("POST",)),
    ("/<reference>", "show", change_page.show, ("GET",)),
    ("/<reference>/edit", "edit", change_plan.edit, ("GET", "POST")),
    ("/<reference>/move", "move", change_page.move, ("POST",)),
    ("/<reference>/approval", "ask", change_page.ask, ("POST",)),
    ("/<reference>/decision", "decide", change_page.decide, ("POST",)),
    ("/<reference>/comments", "comment", change_page.comment, ("POST",)),
)

for _rule, _endpoint, _view, _methods in _ROUTES:
    changes.add_url_rule(_rule, _endpoint, _view, methods=list(_methods))
