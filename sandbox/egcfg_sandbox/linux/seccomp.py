"""The system call filter: an allow-list assembled as classic BPF, with a supervisor told of refusals.

A refused call does not fail, it ends the run: a program that asks for a socket is not an exercise's answer.
Calls that libraries make only to find out what there is fail with an error number instead.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import struct
from dataclasses import dataclass
from typing import Final

from egcfg_sandbox.linux import kernel
from egcfg_sandbox.linux.syscalls import AUDIT_ARCH, NUMBERS, name_of

_ALLOWED: Final = """
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
faccessat2 close_range getcpu futex_wait futex_wake futex_waitv futex_requeue
""".split()

# Asked by libraries to find out what there is: answered with an error instead of ending the run.
_ANSWERED: Final[dict[str, int]] = {
    **dict.fromkeys(
        "clone3 openat2 mbind set_mempolicy get_mempolicy inotify_init inotify_init1 pkey_alloc"
        " mlock mlock2 mlockall munlock munlockall io_setup cachestat".split(),
        errno.ENOSYS,
    ),
    **dict.fromkeys(
        "setrlimit sched_setaffinity sched_setscheduler sched_setparam sched_setattr setpriority ioprio_set"
        " chown fchown lchown fchownat setxattr lsetxattr fsetxattr removexattr mknod mknodat personality"
        " sync syncfs".split(),
        errno.EPERM,
    ),
}

# Harmless inside an own mount namespace; outside of one they would reach files that Landlock leaves alone.
_FILE_ATTRIBUTES: Final = "chmod fchmod fchmodat fchmodat2 utime utimes futimesat utimensat".split()
_SIGNALS: Final = "kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo".split()
_FORKS: Final = "fork vfork".split()

_NAMESPACE_FLAGS: Final = 0x7E020000
_CLONE_THREAD: Final = 0x00010000
_TERMINAL_QUESTIONS: Final = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
_PRCTL_QUESTIONS: Final = (2, 3, 15, 16, 23, 39, 0x53564D41)
_AF_UNIX: Final = 1
_SOL_SOCKET: Final = 1

_LOAD: Final = 0x20
_JEQ: Final = 0x15
_JSET: Final = 0x45
_JGE: Final = 0x35
_RET: Final = 0x06
_ALLOW: Final = 0x7FFF0000
_KILL: Final = 0x80000000
_NOTIFY: Final = 0x7FC00000
_ERRNO: Final = 0x00050000
_X32_BIT: Final = 0x40000000

_NUMBER: Final = 0
_ARCH: Final = 4


def _argument(index: int, high: bool = False) -> int:
    """Offset of half of an argument in the filter's view (little endian)."""
    return 16 + 8 * index + (4 if high else 0)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the allow-list depends on.

    `own_pid_namespace`: processes may be made and signalled, as nothing else can be seen.
    `own_mounts`: file attributes may be changed. `supervises`: the process listens to another one's filter.
    """

    own_pid_namespace: bool
    own_mounts: bool
    supervises: bool = False


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("<HBBI", code, yes, no, value & 0xFFFFFFFF)


def _only(number: int, tests: list[bytes]) -> bytes:
    """Runs `tests` for one call; they return, or fall through to the refusal behind the list."""
    body = b"".join(tests)
    return _step(_JEQ, number, 0, len(body) // 8) + body


def _one_of(number: int, offset: int, values: tuple[int, ...], otherwise: int) -> bytes:
    """Allows one call when an argument's low half is among `values`."""
    tests = [_step(_LOAD, offset)]
    for value in values:
        tests += [_step(_JEQ, value, 0, 1), _step(_RET, _ALLOW)]
    return _only(number, [*tests, _step(_RET, otherwise)])


def assemble(rules: Rules, refusal: int) -> bytes:
    """The filter as `struct sock_filter` records."""
    allowed = list(_ALLOWED)
    answered = dict(_ANSWERED)
    if rules.own_mounts:
        allowed += _FILE_ATTRIBUTES
    else:
        answered |= dict.fromkeys(_FILE_ATTRIBUTES, errno.EPERM)
    if rules.own_pid_namespace:
        allowed += _SIGNALS + _FORKS
    if rules.supervises:
        allowed += ["ioctl", "prlimit64", "pidfd_send_signal"]

    parts = [
        _step(_LOAD, _ARCH),
        _step(_JEQ, AUDIT_ARCH, 1, 0),
        _step(_RET, _KILL),
        _step(_LOAD, _NUMBER),
        _step(_JGE, _X32_BIT, 0, 1),
        _step(_RET, _KILL),
    ]
    for name in allowed:
        if name in NUMBERS:
            parts.append(_step(_JEQ, NUMBERS[name], 0, 1) + _step(_RET, _ALLOW))
    for name, code in answered.items():
        if name in NUMBERS:
            parts.append(_step(_JEQ, NUMBERS[name], 0, 1) + _step(_RET, _ERRNO | code))

    clone = [_step(_LOAD, _argument(0)), _step(_JSET, _NAMESPACE_FLAGS, 0, 1), _step(_RET, refusal)]
    if not rules.own_pid_namespace:
        clone += [_step(_JSET, _CLONE_THREAD, 1, 0), _step(_RET, refusal)]
    parts.append(_only(NUMBERS["clone"], [*clone, _step(_RET, _ALLOW)]))
    parts.append(_one_of(NUMBERS["prctl"], _argument(0), _PRCTL_QUESTIONS, refusal))
    parts.append(_one_of(NUMBERS["socketpair"], _argument(0), (_AF_UNIX,), refusal))
    parts.append(_one_of(NUMBERS["setsockopt"], _argument(1), (_SOL_SOCKET,), refusal))
    if not rules.supervises:
        parts.append(_one_of(NUMBERS["ioctl"], _argument(1), _TERMINAL_QUESTIONS, _ERRNO | errno.ENOTTY))
        # Asking for a limit is fine, setting one (a non-null pointer) is not.
        new_limit = [
            _step(_LOAD, _argument(2)),
            _step(_JEQ, 0, 0, 3),
            _step(_LOAD, _argument(2, high=True)),
            _step(_JEQ, 0, 0, 1),
            _step(_RET, _ALLOW),
            _step(_RET, _ERRNO | errno.EPERM),
        ]
        parts.append(_only(NUMBERS["prlimit64"], new_limit))
    parts.append(_step(_RET, refusal))
    return b"".join(parts)


_SET_MODE_FILTER: Final = 1
_NEW_LISTENER: Final = 1 << 3


def _install(program: bytes, flags: int) -> int:
    records = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("<HxxxxxxQ", len(program) // 8, ctypes.addressof(records))
    return kernel.syscall("seccomp", _SET_MODE_FILTER, flags, header)


def confine_supervised(program: bytes) -> int:
    """Installs a filter on this process; returns the descriptor at which refusals are announced."""
    return _install(program, _NEW_LISTENER)


def confine(program: bytes) -> None:
    """Installs a filter on this process."""
    _install(program, 0)


def supervised_program(rules: Rules) -> bytes:
    """The filter for the program under test: refusals wait for the supervisor."""
    return assemble(rules, _NOTIFY)


def deadly_program(rules: Rules) -> bytes:
    """The filter for a process whose refusals end it at once."""
    return assemble(rules, _KILL)


_RECEIVE: Final = 0xC0502100
_NOTIFICATION_BYTES: Final = 80


def refused_call(listener: int) -> str | None:
    """The name of the call that waits at the listener, None when the asking thread is gone already."""
    notification = bytearray(_NOTIFICATION_BYTES)
    try:
        fcntl.ioctl(listener, _RECEIVE, notification, True)
    except OSError:
        return None
    (number,) = struct.unpack_from("<i", notification, 16)
    return name_of(number)
