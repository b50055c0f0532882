"""A process shuts itself in for good: limits of memory and files, and no call that starts programs or opens sockets.

Namespaces leave two things open to a process that somebody has taken over: it could start programs, and use parts of
the kernel that a decoder never needs. A seccomp filter (seccomp(2), in the classic form of BPF) refuses these.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys
from collections.abc import Iterator

# From linux/audit.h, and the numbers of calls from the kernel's tables for each processor.
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
REFUSED = {
    "x86_64": {
        "socket": 41, "connect": 42, "sendto": 44, "bind": 49, "listen": 50, "socketpair": 53, "fork": 57, "vfork": 58,
        "execve": 59, "kill": 62, "ptrace": 101, "mount": 165, "keyctl": 250, "unshare": 272, "perf_event_open": 298,
        "process_vm_readv": 310, "process_vm_writev": 311, "bpf": 321, "execveat": 322, "userfaultfd": 323,
        "io_uring_setup": 425,
    },
    "aarch64": {
        "mount": 40, "unshare": 97, "ptrace": 117, "kill": 129, "socket": 198, "socketpair": 199, "bind": 200,
        "listen": 201, "connect": 203, "sendto": 206, "keyctl": 219, "execve": 221, "perf_event_open": 241,
        "process_vm_readv": 270, "process_vm_writev": 271, "bpf": 280, "execveat": 281, "userfaultfd": 282,
        "io_uring_setup": 425,
    },
}  # fmt: skip
CLONE = {"x86_64": 56, "aarch64": 220}
CLONE3 = 435
CLONE_THREAD = 0x00010000
# Codes of BPF: load a word, jump if equal, greater or equal, or a bit is set, return.
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000, 0x80000000
# Where the filter finds the call's number, its architecture and the low half of its first argument.
NUMBER, ARCHITECTURE, FIRST = 0, 4, 16
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2


class ConfineError(OSError):
    """The process could not be shut in, and must not read anything."""


def confine(*, memory: int) -> None:
    """Shuts this process in: at most so many bytes of address space, no file written, no program, no socket.

    Threads can still be started, for decoders use them.

    Raises:
        ConfineError: if the system does not do it.
    """
    import resource

    try:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    except (OSError, ValueError) as error:
        raise ConfineError("limits cannot be set") from error
    _refuse_calls()


def _refuse_calls() -> None:
    machine = platform.machine()
    if machine not in ARCHITECTURES or sys.maxsize < 1 << 32:
        raise ConfineError(f"there is no filter for the processor {machine}")
    steps = list(_filter(machine))
    code = ctypes.create_string_buffer(b"".join(steps))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    program = Program(len(steps), ctypes.addressof(code))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl.argtypes = (ctypes.c_int, *[ctypes.c_ulong] * 4)
    for call in (
        (PR_SET_NO_NEW_PRIVS, 1, 0),
        (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(program)),
    ):
        if prctl(*call, 0, 0):
            raise ConfineError(ctypes.get_errno(), "the kernel takes no filter of calls")


def _filter(machine: str) -> Iterator[bytes]:
    """The filter's instructions: code, steps to jump where it holds and where not, and a value (struct sock_filter)."""

    def step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
        return struct.pack("=HBBI", code, yes, no, value)

    refuse = REFUSE | errno.EPERM
    yield step(LOAD, ARCHITECTURE)
    yield step(EQUAL, ARCHITECTURES[machine], yes=1)
    yield step(RETURN, KILL)
    yield step(LOAD, NUMBER)
    yield step(AT_LEAST, 0x40000000, no=1)  # another way to number the same calls
    yield step(RETURN, refuse)
    for number in REFUSED[machine].values():
        yield step(EQUAL, number, no=1)
        yield step(RETURN, refuse)
    # its arguments lie in memory, where a filter cannot look; the C library falls back on the older call
    yield step(EQUAL, CLONE3, no=1)
    yield step(RETURN, REFUSE | errno.ENOSYS)
    yield step(EQUAL, CLONE[machine], no=3)
    yield step(LOAD, FIRST)
    yield step(ANY_BIT, CLONE_THREAD, yes=1)
    yield step(RETURN, refuse)
    yield step(RETURN, ALLOW)
