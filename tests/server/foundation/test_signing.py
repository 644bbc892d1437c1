from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from server.foundation.errors import SettingsError
from server.foundation.signing import Signer


def test_what_was_signed_is_known_again_and_nothing_else(tmp_path: Path) -> None:
    signer = Signer(tmp_path / "signing.key")
    signature = signer.sign({"id": 1, "reason": "fire"})
    again = Signer(tmp_path / "signing.key")
    assert again.vouches({"reason": "fire", "id": 1}, signature)
    assert not again.vouches({"id": 2, "reason": "fire"}, signature)
    assert not again.vouches({"id": 1, "reason": "fire"}, signature[:-4] + "AAA=")
    assert not again.vouches({"id": 1, "reason": "fire"}, "")
    assert not Signer(tmp_path / "other.key").vouches({"id": 1, "reason": "fire"}, signature)
    assert isinstance(load_pem_public_key(signer.public_key.encode()), Ed25519PublicKey)


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    Signer(tmp_path / "signing.key").sign({})
    (tmp_path / "signing.key").chmod(0o644)
    with pytest.raises(SettingsError, match="others may read"):
        Signer(tmp_path / "signing.key").sign({})
