"""The system call filter: an allow-list assembled as classic BPF, with a supervisor told of refusals.

A refused call does not fail, it ends the run: a program that asks for a socket is not an exercise's answer.
Calls that libraries make only to find out what there is fail with an error number instead.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import struct
from dataclasses import dataclass
from typing import Final

from egcfg_sandbox import system
from egcfg_sandbox.confinement.layer import Confinement, Layer, Process, Role
from egcfg_sandbox.linux import kernel
from egcfg_sandbox.linux.syscalls import AUDIT_ARCH, NUMBERS, SUPPORTED, name_of

_ALLOWED_NAMES: Final = """
read write close stat fstat lstat poll lseek mmap mprotect munmap brk rt_sigaction rt_sigprocmask
rt_sigreturn pread64 pwrite64 readv writev access pipe select sched_yield mremap msync mincore madvise
dup dup2 pause nanosleep getitimer alarm setitimer getpid sendfile sendto recvfrom sendmsg recvmsg
shutdown getsockname getpeername getsockopt exit wait4 uname fcntl flock fsync fdatasync truncate ftruncate
getdents getcwd chdir fchdir rename mkdir rmdir creat link unlink symlink readlink umask gettimeofday
getrlimit getrusage sysinfo times getuid getgid geteuid getegid setpgid getppid getpgrp setsid getgroups
getresuid getresgid getpgid getsid capget rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack statfs
fstatfs getpriority sched_getparam sched_getscheduler sched_get_priority_max sched_get_priority_min
sched_rr_get_interval arch_prctl gettid readahead getxattr lgetxattr fgetxattr listxattr llistxattr
flistxattr time futex sched_getaffinity getdents64 set_tid_address restart_syscall fadvise64 timer_create
timer_settime timer_gettime timer_getoverrun timer_delete clock_gettime clock_getres clock_nanosleep
exit_group epoll_create epoll_wait epoll_ctl waitid open openat mkdirat newfstatat unlinkat renameat linkat
symlinkat readlinkat faccessat pselect6 ppoll set_robust_list get_robust_list epoll_pwait epoll_pwait2
signalfd timerfd_create eventfd fallocate timerfd_settime timerfd_gettime signalfd4 eventfd2 epoll_create1
dup3 pipe2 preadv pwritev renameat2 getrandom membarrier copy_file_range preadv2 pwritev2 statx rseq
faccessat2 setrlimit close_range getcpu futex_wait futex_wake futex_waitv futex_requeue
"""
_ALLOWED: Final = tuple(_ALLOWED_NAMES.split())

# Asked by libraries to find out what there is: answered with an error instead of ending the run.
_UNKNOWN_NAMES: Final = """
clone3 openat2 mbind set_mempolicy get_mempolicy inotify_init inotify_init1 pkey_alloc mlock mlock2 mlockall
munlock munlockall io_setup cachestat
"""
_FORBIDDEN_NAMES: Final = """
sched_setaffinity sched_setscheduler sched_setparam sched_setattr setpriority ioprio_set chown
fchown lchown fchownat setxattr lsetxattr fsetxattr removexattr mknod mknodat personality sync syncfs
"""
_ANSWERED: Final[dict[str, int]] = {
    **dict.fromkeys(_UNKNOWN_NAMES.split(), errno.ENOSYS),
    **dict.fromkeys(_FORBIDDEN_NAMES.split(), errno.EPERM),
}

# Harmless inside an own mount namespace; outside of one they would reach files that Landlock leaves alone.
_FILE_ATTRIBUTES: Final = (
    "chmod", "fchmod", "fchmodat", "fchmodat2", "utime", "utimes", "futimesat", "utimensat",
)  # fmt: skip
_SIGNALS: Final = ("kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo")
_FORKS: Final = ("fork", "vfork")

_NAMESPACE_FLAGS: Final = 0x7E020000
_CLONE_THREAD: Final = 0x00010000
# A child of the template rather than of the program: nobody would reap it, and it would use up the limit of
# processes for every later run.
_CLONE_PARENT: Final = 0x00008000
_TERMINAL_QUESTIONS: Final = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
_PRCTL_QUESTIONS: Final = (2, 3, 15, 16, 23, 39, 0x53564D41)
_AF_UNIX: Final = 1
_SOL_SOCKET: Final = 1
_KIND_OF_SOCKET: Final = 0xF
# Streams and ordered packets: only a datagram can be sent past its partner, to any name.
_CONNECTED_KINDS: Final = (1, 5)
# Sizes of buffers, which lie in memory that is nobody's.
_SOCKET_BUFFERS: Final = (7, 8, 32, 33)
# Owner and signal of a descriptor's events, by which other processes can be signalled; size of a pipe.
_DESCRIPTOR_EVENTS_AND_SIZES: Final = (8, 10, 15, 1031)

_LOAD: Final = 0x20
_JEQ: Final = 0x15
_JSET: Final = 0x45
_RET: Final = 0x06
_AND: Final = 0x54
_STEP_BYTES: Final = 8
_ALLOW: Final = 0x7FFF0000
_KILL: Final = 0x80000000
_NOTIFY: Final = 0x7FC00000
_ERRNO: Final = 0x00050000

_NUMBER: Final = 0
_ARCH: Final = 4


def _argument(index: int) -> int:
    """Offset of the low half of an argument in the filter's view (little endian)."""
    return 16 + 8 * index


@dataclass(frozen=True, slots=True)
class Rules:
    """What the allow-list depends on.

    `own_pid_namespace`: processes may be made and signalled, as nothing else can be seen.
    `own_mounts`: file attributes may be changed.
    """

    own_pid_namespace: bool
    own_mounts: bool


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("<HBBI", code, yes, no, value & 0xFFFFFFFF)


def _one_of(offset: int, values: tuple[int, ...], otherwise: int) -> bytes:
    """Allows a call when an argument's low half is among `values`."""
    steps = [_step(_LOAD, offset)]
    for value in values:
        steps += [_step(_JEQ, value, 0, 1), _step(_RET, _ALLOW)]
    return b"".join([*steps, _step(_RET, otherwise)])


def _none_of(offset: int, values: tuple[int, ...], allowed: bytes) -> bytes:
    """Fails a call with EPERM when an argument's low half is among `values`; goes on with `allowed`."""
    steps = [_step(_LOAD, offset)]
    for value in values:
        steps += [_step(_JEQ, value, 0, 1), _step(_RET, _ERRNO | errno.EPERM)]
    return b"".join([*steps, allowed])


def _connected_pair(refusal: int) -> bytes:
    """`socketpair` of sockets that reach each other and nothing else."""
    domain = _step(_LOAD, _argument(0)) + _step(_JEQ, _AF_UNIX, 1, 0) + _step(_RET, refusal)
    steps = [domain, _step(_LOAD, _argument(1)), _step(_AND, _KIND_OF_SOCKET)]
    for kind in _CONNECTED_KINDS:
        steps += [_step(_JEQ, kind, 0, 1), _step(_RET, _ALLOW)]
    return b"".join([*steps, _step(_RET, refusal)])


def _clone(rules: Rules, refusal: int) -> bytes:
    """Threads, and processes where they can be kept track of, but no new namespaces."""
    foreign = _NAMESPACE_FLAGS | _CLONE_PARENT
    steps = [_step(_LOAD, _argument(0)), _step(_JSET, foreign, 0, 1), _step(_RET, refusal)]
    if not rules.own_pid_namespace:
        steps += [_step(_JSET, _CLONE_THREAD, 1, 0), _step(_RET, refusal)]
    return b"".join([*steps, _step(_RET, _ALLOW)])


def _own_limits() -> bytes:
    """`prlimit64` on the calling process, which can only lower what it was given."""
    of_others = _step(_RET, _ERRNO | errno.EPERM)
    return _step(_LOAD, _argument(0)) + _step(_JEQ, 0, 0, 1) + _step(_RET, _ALLOW) + of_others


def _decisions(rules: Rules, refusal: int) -> dict[int, bytes]:
    """The filter steps for each call that is not simply refused, by number."""
    allow = _step(_RET, _ALLOW)
    by_name: dict[str, bytes] = dict.fromkeys(_ALLOWED, allow)
    by_name |= {name: _step(_RET, _ERRNO | code) for name, code in _ANSWERED.items()}
    attributes = allow if rules.own_mounts else _step(_RET, _ERRNO | errno.EPERM)
    by_name |= dict.fromkeys(_FILE_ATTRIBUTES, attributes)
    if rules.own_pid_namespace:
        by_name |= dict.fromkeys((*_SIGNALS, *_FORKS), allow)
    by_name |= {
        "clone": _clone(rules, refusal),
        "prctl": _one_of(_argument(0), _PRCTL_QUESTIONS, refusal),
        "socketpair": _connected_pair(refusal),
        "setsockopt": _none_of(_argument(2), _SOCKET_BUFFERS, _one_of(_argument(1), (_SOL_SOCKET,), refusal)),
        "fcntl": _none_of(_argument(1), _DESCRIPTOR_EVENTS_AND_SIZES, allow),
        "ioctl": _one_of(_argument(1), _TERMINAL_QUESTIONS, _ERRNO | errno.ENOTTY),
        "prlimit64": _own_limits(),
        "process_madvise": _one_of(_argument(0), (kernel.THIS_PROCESS,), refusal),
    }
    return {NUMBERS[name]: steps for name, steps in by_name.items() if name in NUMBERS}


def assemble(rules: Rules, refusal: int) -> bytes:
    """The filter as `struct sock_filter` records: one comparison after another, on to what is refused."""
    head = [_step(_LOAD, _ARCH), _step(_JEQ, AUDIT_ARCH, 1, 0), _step(_RET, _KILL), _step(_LOAD, _NUMBER)]
    decisions = [
        _step(_JEQ, number, 0, len(steps) // _STEP_BYTES) + steps
        for number, steps in _decisions(rules, refusal).items()
    ]
    return b"".join([*head, *decisions, _step(_RET, refusal)])


_SET_MODE_FILTER: Final = 1
_NEW_LISTENER: Final = 1 << 3


def _install(program: bytes, flags: int) -> int:
    records = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("<HxxxxxxQ", len(program) // _STEP_BYTES, ctypes.addressof(records))
    return kernel.syscall("seccomp", _SET_MODE_FILTER, flags, header)


class Seccomp(Layer):
    """The layer."""

    name = "seccomp"
    required = True

    def __init__(self) -> None:
        self._for_programs = self._for_judges = b""

    def probe(self, confinement: Confinement) -> None:
        """Assembles the filters, and lets a child process try to install them."""
        if not SUPPORTED:
            raise OSError(f"no table of system calls for {os.uname().machine}")
        rules = Rules(confinement.has("pid_namespace"), confinement.has("mount_namespace"))
        # A program's refused calls wait for the keeper. A judge's fail: nobody is there to end its run.
        self._for_programs = assemble(rules, _NOTIFY)
        self._for_judges = assemble(Rules(own_pid_namespace=False, own_mounts=False), _ERRNO | errno.EPERM)
        fault = system.fault_in_child(self._try)
        if fault:
            raise OSError(fault)

    def _try(self) -> None:
        kernel.forbid_new_privileges()
        _install(self._for_programs, _NEW_LISTENER)

    def apply(self, process: Process) -> None:
        """Programs by way of their template, where a filtered one can fork, and judges."""
        each = process.confinement.filters_each_program
        if process.role is (Role.PROGRAM if each else Role.TEMPLATE):
            process.listener = _install(self._for_programs, _NEW_LISTENER)
        elif process.role is Role.JUDGE:
            _install(self._for_judges, 0)


_RECEIVE: Final = 0xC0502100
_NOTIFICATION_BYTES: Final = 80


def refused_call(listener: int) -> str | None:
    """The name of the call that waits at the listener; None if its thread is gone."""
    notification = bytearray(_NOTIFICATION_BYTES)
    try:
        fcntl.ioctl(listener, _RECEIVE, notification, True)
    except OSError:
        return None
    (number,) = struct.unpack_from("<i", notification, 16)
    return name_of(number)
