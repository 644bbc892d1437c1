from pathlib import Path

import pytest

from server.foundation.database import Database
from server.foundation.edge.credentials import cookie_name
from server.foundation.settings import Settings
from web.site import create_site


@pytest.mark.parametrize("path", ["/", "/sign-in", "/items"])
def test_a_page_without_its_database_says_that_it_will_be_back(path: str, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/missing/register.sqlite3")
    client = create_site(Settings(), database).test_client()
    client.set_cookie(cookie_name(Settings()), "somebody's")
    answer = client.get(path, headers={"Accept-Language": "en"})
    database.dispose()
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert "Nothing was half-saved" in answer.text
    assert answer.headers["X-Request-ID"] in answer.text
    assert str(tmp_path) not in answer.text
