"""Asking an address whether somebody is there, and finding a free port. Plain HTTP: this runs before anything else."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Reply:
    """What an address answered: its status (0: nobody there) and its body."""

    status: int = 0
    body: bytes = b""

    def json(self) -> Any:
        """Return the body as JSON, or None when it is something else."""
        with contextlib.suppress(ValueError):
            return json.loads(self.body)
        return None


def ask(url: str, key: str | None = None, timeout: float = 1.0) -> Reply:
    """GET an address, with a bearer key where there is one; nobody there is an answer too."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or LOOPBACK, parts.port, timeout=timeout)
    try:
        connection.request("GET", parts.path or "/", headers={"Authorization": f"Bearer {key}"} if key else {})
        answer = connection.getresponse()
        return Reply(answer.status, answer.read())
    except (OSError, http.client.HTTPException):
        return Reply()
    finally:
        connection.close()


def is_loopback(url: str) -> bool:
    """Tell whether an address is on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def port_of(url: str) -> int:
    """Return the port of an address."""
    parts = urlsplit(url)
    usual = 443 if parts.scheme == "https" else 80
    return usual if parts.port is None else parts.port


def free_port(wanted: int) -> int:
    """Return the wanted port when nobody listens on it, else any free one."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            # A port whose last connection is still dying can be bound; only a listener is in the way.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((LOOPBACK, port))
                found: int = probe.getsockname()[1]
                return found
    raise OSError("no port is free")
