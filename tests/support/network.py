"""What tests may reach: this machine, by loopback."""

from __future__ import annotations

import ipaddress


class LiveNetwork(Exception):
    """A test reached for the network: tests may use loopback only; put a fake at the seam."""


def refuse_beyond_loopback(host):
    """Raise unless this host is a name or address of this machine."""
    if host in {None, "", "localhost", b"localhost"}:
        return
    try:
        if ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host).is_loopback:
            return
    except ValueError:
        pass
    raise LiveNetwork(f"{LiveNetwork.__doc__} ({host!r})")
