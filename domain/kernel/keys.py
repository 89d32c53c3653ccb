"""Signing: HMAC-SHA256 under a ring of keys, of which the first signs and all verify."""

import hmac
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One secret and its number; a signature names the number, so keys can be rotated."""

    id: int
    secret: bytes

    def __post_init__(self) -> None:
        assert 0 <= self.id <= 255, "a key's number is one byte in every token"
        assert len(self.secret) >= 32, "an HMAC-SHA256 key has at least 256 bits"

    def __repr__(self) -> str:
        return f"SigningKey(id={self.id})"


@dataclass(frozen=True)
class Keyring:
    """The keys of a deployment, newest first."""

    keys: tuple[SigningKey, ...]

    @property
    def newest(self) -> SigningKey:
        """The key that signs."""
        return self.keys[0]

    def signature(self, key: SigningKey, *, purpose: str, payload: bytes, length: int) -> bytes:
        """Return the first *length* bytes of the HMAC; *purpose* keeps tokens of one use from another."""
        return hmac.digest(key.secret, purpose.encode() + b"\0" + payload, sha256)[:length]

    def verified(self, key_id: int, signature: bytes, *, purpose: str, payload: bytes) -> bool:
        """Tell in constant time whether the key of that number made the signature."""
        key = next((each for each in self.keys if each.id == key_id), self.newest)
        expected = self.signature(key, purpose=purpose, payload=payload, length=len(signature))
        return hmac.compare_digest(expected, signature) and key.id == key_id and len(signature) >= 10
