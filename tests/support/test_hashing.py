"""The tests' cheap hashes are of the same kind as the product's dear ones."""

import io

import pytest
from argon2.low_level import Type

from server.foundation.backup import encrypting
from server.people.passwords import hash_password, is_outdated, verify_password
from tests.support.hashing import PRODUCTS_COST, PRODUCTS_OWN


def test_the_product_hashes_as_owasp_advises() -> None:
    assert PRODUCTS_OWN.type is Type.ID
    assert (PRODUCTS_OWN.memory_cost, PRODUCTS_OWN.time_cost) >= (46 * 1024, 1)


def test_a_hash_of_the_product_is_told_from_one_of_the_tests() -> None:
    stored = PRODUCTS_OWN.hash("secret")
    assert verify_password(stored, "secret")
    assert is_outdated(stored)
    assert not is_outdated(hash_password("secret"))


def test_the_product_makes_each_guess_at_a_passphrase_take_64_mib(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert 128 * encrypting._BLOCKS * PRODUCTS_COST >= 64 * 2**20
    monkeypatch.setattr(encrypting, "_COST", PRODUCTS_COST)
    archive = io.BytesIO()
    writer = encrypting.EncryptingWriter(archive, "secret")
    writer.write(b"content")
    writer.finish()
    kept = archive.getvalue()
    assert encrypting.DecryptingReader(io.BytesIO(kept), "secret").read() == b"content"
    monkeypatch.undo()
    with pytest.raises(encrypting.WrongPassphrase):
        encrypting.DecryptingReader(io.BytesIO(kept), "secret").read()
