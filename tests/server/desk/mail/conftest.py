"""A mailbox of the desk on a real IMAP server."""

from pathlib import Path

import pytest

from server.foundation.database import Database
from tests.server.desk.estate import Estate
from tests.server.desk.mail.post import Post
from tests.support.imap import ImapServer


@pytest.fixture
def post(imap_server: ImapServer, database: Database, estate: Estate, tmp_path: Path) -> Post:
    """Return a mailbox that nobody has written to yet."""
    return Post.set_up(imap_server, database, estate, tmp_path)
