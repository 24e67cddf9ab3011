"""Tell systemd how we are: ready, still alive, stopping. Does nothing where nobody listens."""

import os
import socket


def tell(state: str) -> bool:
    """Send one state such as 'READY=1' or 'WATCHDOG=1'; False when no service manager takes it."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK) as out:
        try:
            out.sendto(state.encode(), "\0" + address[1:] if address.startswith("@") else address)
        except OSError:
            return False
    return True


def watchdog_interval() -> float:
    """Seconds between pings that keep the watchdog calm (a third of its patience); 0.0 when there is none."""
    asked = os.environ.get("WATCHDOG_USEC", "")
    meant = os.environ.get("WATCHDOG_PID", str(os.getpid()))
    return int(asked) / 3_000_000 if asked.isdigit() and meant == str(os.getpid()) else 0.0
