"""Signed CDN addresses that run out, as Discord's do."""

import hashlib
import hmac
import secrets
import time


class Signer:
    """Signs and checks the addresses of attachments.

    Args:
        base: the sandbox's own address.
        secret: the key; a new one if none is given.
    """

    def __init__(self, base: str = "", secret: bytes | None = None) -> None:
        self.base = base
        self.secret = secret or secrets.token_bytes(16)

    def sign(self, path: str, ttl_s: float) -> str:
        """The full address of `path`, good for `ttl_s` seconds."""
        issued = int(time.time())
        expires = f"{int(issued + ttl_s):x}"
        return f"{self.base}{path}?ex={expires}&is={issued:x}&hm={self._mac(path, expires, f'{issued:x}')}&"

    def good(self, path: str, expires: str, issued: str, mac: str) -> bool:
        """Whether this is an address the sandbox gave out and that has not run out."""
        if not hmac.compare_digest(self._mac(path, expires, issued).encode(), mac.encode()):
            return False
        return int(expires, 16) > time.time()

    def _mac(self, path: str, expires: str, issued: str) -> str:
        return hmac.new(self.secret, f"{path}{expires}{issued}".encode(), hashlib.sha256).hexdigest()
