"""A process that is killed at any step loses no letter and doubles none."""

import subprocess
import sys
from pathlib import Path

from server.foundation.database import Database
from server.foundation.storage import attachments_at
from tests.server.desk.estate import Estate
from tests.server.desk.mail.killing import STEPS
from tests.server.desk.mail.post import Post, letter
from tests.support.imap import ImapServer

ROOT = Path(__file__).parents[4]


def test_whatever_step_a_look_is_killed_at_the_next_one_finishes_it(
    imap_server: ImapServer, database: Database, database_url: str, estate: Estate, tmp_path: Path
) -> None:
    posts = [
        Post.set_up(imap_server, database, estate, tmp_path, address=f"desk{number}@example.test")
        for number in range(len(STEPS))
    ]
    steps = [step for step, *_ in STEPS]
    for post, step in zip(posts, steps, strict=True):
        post.deliver(letter("rita@example.test", step, files=[("a.pdf", b"%PDF")]))
    ids = [str(post.mailbox_id) for post in posts]
    ended = subprocess.run(
        [sys.executable, "-m", "tests.server.desk.mail.killing", database_url, str(tmp_path), *ids],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.splitlines() == [f"{step}: -9" for step in steps]
    # Whoever is killed while it fetches keeps the others away for a while.
    assert [post.mailbox().next_at is None for post in posts] == [False] * 3 + [True] * 3
    for post in posts:
        post.wait_over()
        post.look()
        assert ["\\Seen" in flags for flags in imap_server.flags(post.user)] == [True]
    assert sorted(one.title for one in posts[0].tickets()) == sorted(steps)
    rows = posts[0].letters()
    assert [one.state for one in rows] == ["taken"] * len(steps)
    assert all(posts[0].files(ticket.id) == {"a.pdf": b"%PDF"} for ticket in posts[0].tickets())
    kept = set(attachments_at(tmp_path).names())
    assert {one.stored_name for one in rows} <= kept
