"""Words, orders, filters and log-ins that people send are compared, never run."""

import pytest

from tests.immunity.conftest import Target, corpus

LISTS = ("/items", "/people", "/groups", "/tickets", "/changes", "/organisations", "/role-grants")


@pytest.mark.parametrize("path", LISTS)
def test_an_order_that_is_not_offered_is_refused(target: Target, path: str) -> None:
    program = target.api(target.world.admin)
    for payload in [*corpus("sql"), "password_hash", "account.password_hash", "id desc", "--", ""]:
        answer = program.get(path, sort=payload)
        assert answer.status_code in ({200} if payload == "" else {422}), (payload, answer.text)


@pytest.mark.parametrize("path", LISTS)
def test_words_and_cursors_end_in_an_answer_and_never_in_a_fault(target: Target, path: str) -> None:
    program = target.api(target.world.admin)
    for payload in corpus("sql"):
        assert program.get(path, q=payload).status_code in {200, 422}
        assert program.get(path, cursor=payload).status_code in {200, 422}


def test_a_log_in_is_a_name_and_nothing_else(target: Target) -> None:
    client = target.site.test_client()
    for payload in corpus("sql")[:4]:
        answer = client.post("/sign-in", data={"login": payload, "password": payload})
        assert answer.status_code == 401
    tokens = [f"cad_{payload}" for payload in corpus("sql") if payload.isascii()]
    for token in tokens:
        headers = {"Authorization": f"Bearer {token}"}
        assert client.get("/api/v1/session", headers=headers).status_code == 401
