"""Runs a command in a network of its own (after `unshare --net`), in which this computer alone can be reached.

It notes how many packets had no way out: those of libraries in C too, of which Python knows nothing.
"""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

SIOCSIFFLAGS, UP = 0x8914, 0x1


def lost() -> int:
    """How many packets could not leave, or went to a port of this computer where nobody listens, as for a name."""
    older = [line.split() for line in Path("/proc/net/snmp").read_text().splitlines()]
    counts = {
        f"{names[0]}{name}": int(count)
        for names, counted in zip(older[::2], older[1::2], strict=True)
        for name, count in zip(names[1:], counted[1:], strict=True)
    }
    newer = dict(line.split() for line in Path("/proc/net/snmp6").read_text().splitlines())
    return counts["Ip:OutNoRoutes"] + counts["Udp:NoPorts"] + int(newer["Ip6OutNoRoutes"])


def main() -> None:
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", UP))
    before = lost()
    done = subprocess.run(sys.argv[1:], check=False)
    if lost() > before:
        with Path(os.environ["LISTENER_LOG"]).open("a", encoding="utf-8") as log:
            log.write(f"asked for\tanother computer, {lost() - before} times, by a library in C or in Python\n")
    raise SystemExit(done.returncode)


if __name__ == "__main__":
    main()
