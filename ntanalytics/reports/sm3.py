"""The national digest SM3 (GB/T 32905-2016), which seal systems use."""

from __future__ import annotations

from cryptography.hazmat.primitives import hashes


def sm3(content: bytes) -> str:
    """Return the SM3 digest of some bytes, in hexadecimal."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(content)
    return digest.finalize().hex()
