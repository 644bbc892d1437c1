from hypothesis import given, settings
from hypothesis import strategies as some

from server.people.rules.login_plan import AccountState, LoginPlan, plan_logins
from server.people.rules.logins import login_key


def _account(number: int, login: str, *, ours: bool = True) -> AccountState:
    return AccountState(number, number, login, login_key(login), ours)


def test_a_new_person_gets_an_account() -> None:
    assert plan_logins({1: "ada"}, []).creations == [(1, "ada")]


def test_a_renamed_person_keeps_the_account() -> None:
    plan = plan_logins({1: "lovelace"}, [_account(1, "ada")])
    assert (plan.changes, plan.creations) == ([(1, "lovelace")], [])


def test_nothing_is_done_for_what_is_right_already() -> None:
    plan = plan_logins({1: "ada"}, [_account(1, "ada")])
    assert plan == LoginPlan([], [], [], [])


def test_a_local_account_keeps_its_login() -> None:
    plan = plan_logins({2: "admin"}, [_account(1, "Admin", ours=False)])
    assert (plan.creations, plan.clashes) == ([], [(2, "admin")])


def test_a_local_account_of_the_same_person_is_left_alone() -> None:
    plan = plan_logins({1: "ada"}, [_account(1, "local-ada", ours=False)])
    assert plan == LoginPlan([], [], [], [])


def test_two_who_swap_their_logins_get_them() -> None:
    plan = plan_logins({1: "b", 2: "a"}, [_account(1, "a"), _account(2, "b")])
    assert sorted(plan.changes) == [(1, "b"), (2, "a")]
    assert sorted(plan.aside) == [1, 2]


def test_who_cannot_move_is_in_the_way_of_the_next() -> None:
    accounts = [_account(1, "a"), _account(2, "b"), _account(3, "c", ours=False)]
    plan = plan_logins({1: "b", 2: "c"}, accounts)
    assert plan.changes == []
    assert sorted(plan.clashes) == [(1, "b"), (2, "c")]


def test_of_two_new_people_with_one_login_the_first_gets_it() -> None:
    plan = plan_logins({1: "ada", 2: "ADA"}, [])
    assert (plan.creations, plan.clashes) == ([(1, "ada")], [(2, "ADA")])


LOGINS = some.sampled_from("abcdefAB")


@settings(max_examples=300)
@given(
    some.dictionaries(some.integers(1, 6), LOGINS, max_size=6),
    some.lists(
        some.tuples(some.integers(1, 6), LOGINS, some.booleans()),
        max_size=6,
        unique_by=(lambda account: account[0], lambda account: login_key(account[1])),
    ),
)
def test_carried_out_step_by_step_no_two_accounts_ever_share_a_login(
    wanted: dict[int, str], stored: list[tuple[int, str, bool]]
) -> None:
    accounts = [_account(number, login, ours=ours) for number, login, ours in stored]
    keys = {account.account_id: account.login_key for account in accounts}
    plan = plan_logins(wanted, accounts)
    for account_id in plan.aside:
        keys[account_id] = f"\x01{account_id}"
    for account_id, login in plan.changes:
        assert login_key(login) not in {key for one, key in keys.items() if one != account_id}
        keys[account_id] = login_key(login)
    for person_id, login in plan.creations:
        assert login_key(login) not in keys.values()
        keys[person_id + 100] = login_key(login)
    assert not any(key.startswith("\x01") for key in keys.values())
    ours = {account.account_id for account in accounts if account.ours}
    assert {account_id for account_id, _ in plan.changes} <= ours
