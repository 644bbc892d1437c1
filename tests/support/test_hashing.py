"""The tests' cheap hashes are of the same kind as the product's dear ones."""

from argon2.low_level import Type

from server.people.passwords import hash_password, is_outdated, verify_password
from tests.support.hashing import PRODUCTS_OWN


def test_the_product_hashes_as_owasp_advises() -> None:
    assert PRODUCTS_OWN.type is Type.ID
    assert (PRODUCTS_OWN.memory_cost, PRODUCTS_OWN.time_cost) >= (46 * 1024, 1)


def test_a_hash_of_the_product_is_told_from_one_of_the_tests() -> None:
    stored = PRODUCTS_OWN.hash("secret")
    assert verify_password(stored, "secret")
    assert is_outdated(stored)
    assert not is_outdated(hash_password("secret"))
