"""DKIM records: what is to be published in the DNS for the key that mail is signed with."""

import base64

import dkim
from nacl.signing import SigningKey

from scheduler.mime import Signer

_RSA = bytes.fromhex("300d06092a864886f70d0101010500")
"""AlgorithmIdentifier of an RSA key (RFC 3279): rsaEncryption, no parameters."""


def record(signer: Signer) -> str:
    """Return the text of the TXT record for the signer's key (RFC 6376, RFC 8463)."""
    key, algorithm = signer.key
    if algorithm == b"ed25519-sha256":
        public = SigningKey(base64.b64decode(key)).verify_key.encode()
        return f"v=DKIM1; k=ed25519; p={base64.b64encode(public).decode('ascii')}"
    parts = dkim.crypto.parse_pem_private_key(key)
    both = _der(0x30, _integer(parts["modulus"]) + _integer(parts["publicExponent"]))
    public = _der(0x30, _RSA + _der(0x03, b"\0" + both))
    return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode('ascii')}"


def _integer(value: int) -> bytes:
    return _der(0x02, value.to_bytes(value.bit_length() // 8 + 1))


def _der(kind: int, content: bytes) -> bytes:
    """Return one DER element (X.690, 8.1.3: short and long form of the length)."""
    size = len(content)
    if size < 0x80:
        return bytes([kind, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([kind, 0x80 | len(length)]) + length + content
