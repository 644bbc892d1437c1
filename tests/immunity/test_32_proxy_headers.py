"""Where a request comes from is what the declared proxies say, and nobody else."""

import pytest
from sqlalchemy import select

from server.people.models import SignInAttempt
from tests.immunity.conftest import Target

SPOOFS = (
    "X-Forwarded-For", "X-Real-IP", "Forwarded", "True-Client-IP", "X-Client-IP",
    "CF-Connecting-IP", "X-Cluster-Client-IP", "X-Original-Forwarded-For",
)  # fmt: skip


@pytest.mark.parametrize("header", SPOOFS)
def test_without_a_declared_proxy_no_header_says_who_asks(target: Target, header: str) -> None:
    value = "for=203.0.113.7" if header == "Forwarded" else "203.0.113.7"
    target.site.test_client().post(
        "/sign-in", data={"login": header, "password": "x"}, headers={header: value}
    )
    with target.database.reading() as session:
        rows = session.scalars(
            select(SignInAttempt.address).where(SignInAttempt.login_key == header.lower())
        )
        assert list(rows) == ["127.0.0.1"]


@pytest.mark.parametrize(
    "header", ["Remote-User", "X-Remote-User", "X-Forwarded-User", "X-On-Behalf-Of", "X-User"]
)
def test_no_header_signs_anybody_in(target: Target, header: str) -> None:
    answer = target.site.test_client().get("/api/v1/session", headers={header: "admin"})
    assert answer.status_code == 401
