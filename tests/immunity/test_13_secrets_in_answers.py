"""What is secret is shown once or never, and what is stored of it opens nothing."""

from tests.immunity.conftest import Target

_CANARY = "canary-7f3a9c-in-the-mine"


def test_a_token_is_shown_once_and_only_its_hash_is_stored(target: Target) -> None:
    admin = target.api(target.world.admin)
    secret = admin.headers["Authorization"].removeprefix("Bearer ")
    wish = {"name": "t", "organisation_id": target.world.root.id, "uses": None}
    enrolment = admin.post("/enrolment-tokens", wish).get_json()["token"]
    agent = target.agent().headers["Authorization"].removeprefix("Bearer ")
    cookie = target.browser(target.world.admin).secret
    stored = target.stored_bytes()
    for one in (secret, enrolment, agent, cookie):
        assert one.encode() not in stored
    told = b"".join(
        admin.get(path).data
        for path in ("/tokens", "/enrolment-tokens", "/agents", "/session", "/people")
    )
    for one in (secret, enrolment, agent):
        assert one.encode() not in told


def test_no_answer_and_no_page_holds_a_kept_password(target: Target) -> None:
    admin = target.api(target.world.admin)
    body = {
        "code": "corp",
        "name": "Corp",
        "url": "ldaps://127.0.0.1:1",
        "base_dn": "dc=x",
        "password": _CANARY,
        "organisation_id": target.world.root.id,
    }
    made = admin.post("/directories", body)
    assert made.status_code == 201, made.text
    number = made.get_json()["id"]
    answers = [made.data, admin.get("/directories").data, admin.get(f"/directories/{number}").data]
    answers.append(admin.post(f"/directories/{number}/test", {}).data)
    browser = target.browser(target.world.admin)
    base = f"/administration/directories/{number}"
    answers += [browser.get(base + tail).data for tail in ("", "/edit", "/mapping", "/rules")]
    answers += [browser.get("/administration/acts").data]
    for answer in answers:
        assert _CANARY.encode() not in answer
        assert b"sealed" not in answer.replace(b"kept, sealed", b"").replace(b"goes in sealed", b"")


def test_no_answer_holds_a_password_hash(target: Target) -> None:
    admin = target.api(target.world.admin)
    for path in ("/people", f"/people/{target.world.admin.person_id}/account", "/session"):
        assert b"argon2" not in admin.get(path).data
        assert b"password_hash" not in admin.get(path).data
