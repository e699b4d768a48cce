"""Starts the fork server: prepares the zone once, then forks slots, and the judges' server before."""

from __future__ import annotations

import _sitebuiltins
import builtins
import gc
import importlib
import json
import os
import resource
import signal
import socket
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from egcfg_sandbox import scientific, system, wire
from egcfg_sandbox.candidate import runner
from egcfg_sandbox.candidate.rehearsal import Rehearsal
from egcfg_sandbox.linux import kernel, landlock, namespaces, seccomp
from egcfg_sandbox.linux.syscalls import SUPPORTED
from egcfg_sandbox.server import judges, pools, preloading, slot, template
from egcfg_sandbox.server.held import HeldPackage
from egcfg_sandbox.server.requests import JUDGE, REQUEST_BYTES, become, unpack_request
from egcfg_sandbox.server.stage import Stage
from egcfg_sandbox.server.zone import LINUX_LAYERS, Zone

# Imported once, so that no run pays for them.
_WARM_NAMES: Final = """
abc array bisect cmath collections collections.abc contextlib copy dataclasses datetime decimal enum fractions
functools heapq io itertools json math numbers operator os random re string struct sys threading time
traceback types typing warnings weakref
"""
_REHEARSALS: Final = 20
_WARM: Final = tuple(_WARM_NAMES.split())

_SYSTEM_READABLE: Final = (
    "/usr/share/zoneinfo",
    "/etc/localtime",
    "/etc/ld.so.cache",
    "/lib64",
    "/usr/lib64",
)


def _warm_up() -> None:
    for name in _WARM:
        importlib.import_module(name)
    # What `site` would have added; programs end themselves with them.
    for name in ("exit", "quit"):
        setattr(builtins, name, _sitebuiltins.Quitter(name, "Ctrl-D"))
    for _ in range(_REHEARSALS):
        Rehearsal().play()


def _shared_libraries() -> set[str]:
    """Folders of the libraries this process has loaded."""
    if not system.LINUX:
        return set()
    with Path("/proc/self/maps").open() as maps:
        paths = {line.split(maxsplit=5)[5].strip() for line in maps if ".so" in line}
    return {str(Path(path).parent) for path in paths if path.startswith("/")}


def _readable(packages: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What Python needs to run, and folders inside that which it does not."""
    paths = sysconfig.get_paths(vars={"base": sys.base_prefix, "platbase": sys.base_exec_prefix})
    library = {paths["stdlib"], paths["platstdlib"]}
    folders = library | _shared_libraries()
    hidden = tuple(
        f"{path}/{name}" for path in sorted(library) for name in ("site-packages", "dist-packages")
    )
    folders.update(packages)
    hidden = tuple(path for path in hidden if path not in packages)
    top = sorted(path for path in folders if not any(path.startswith(f"{other}/") for other in folders))
    return (*top, *_SYSTEM_READABLE), hidden


def _prepare(packages: list[str]) -> Zone:
    """Enters the zone; what cannot be had is noted with its reason and left to the caller to judge."""
    readable, hidden = _readable(packages)
    if not system.LINUX:
        return Zone(None, dict.fromkeys(LINUX_LAYERS, "this is not Linux"), 0, readable, b"", b"")
    missing: dict[str, str] = {}
    proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    if os.geteuid() == 0:
        missing |= _leave_root(readable, hidden)
        lacking = namespaces.enter_zone(proc)
    else:
        lacking = namespaces.enter_zone(proc)
        if "mount" not in lacking:
            try:
                namespaces.build_root(readable, hidden)
            except OSError as error:
                lacking["mount"] = str(error)
    missing |= {f"{name}_namespace": reason for name, reason in lacking.items()}
    abi = 0
    try:
        abi = landlock.version()
    except OSError as error:
        missing["landlock"] = str(error)
    if not SUPPORTED:
        missing["seccomp"] = f"no table of system calls for {os.uname().machine}"
    return Zone(proc, missing, abi, readable, *_filters(missing))


def _leave_root(readable: tuple[str, ...], hidden: tuple[str, ...]) -> dict[str, str]:
    """Root builds the small root while it can and then becomes nobody, for whom limits bind.

    Where Python itself lies in a folder closed to nobody and cannot be bound elsewhere, it stays root,
    without capabilities; what that leaves open is returned.
    """
    missing: dict[str, str] = {}
    try:
        kernel.unshare(kernel.CLONE_NEWNS)
        namespaces.build_root(readable, hidden)
    except OSError as error:
        missing["mount_namespace"] = str(error)
    if missing and _in_child(lambda: _read_as_nobody(readable[0])):
        return missing | {"unprivileged_user": f"{readable[0]} is closed to an ordinary user"}
    try:
        namespaces.become_nobody()
    except OSError as error:
        return missing | {"unprivileged_user": str(error)}
    kernel.prctl(kernel.PR_SET_DUMPABLE, 1)
    return missing


def _with_working_filter(zone: Zone) -> Zone:
    """The zone without its filters where this process may not install them."""
    reason = _try_filter(zone.program_filter) if zone.program_filter else ""
    if not reason:
        return zone
    return replace(zone, missing={**zone.missing, "seccomp": reason}, program_filter=b"", judge_filter=b"")


def _try_filter(program: bytes) -> str:
    """Why a child of this process cannot be filtered, or nothing."""
    return _in_child(lambda: _filter(program))


def _filter(program: bytes) -> None:
    kernel.forbid_new_privileges()
    seccomp.confine_supervised(program)


def _read_as_nobody(folder: str) -> None:
    namespaces.become_nobody()
    next(Path(folder).iterdir())


def _in_child(attempt: Callable[[], object]) -> str:
    """Tries something in a child, which is then gone; returns why it failed, or nothing."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            attempt()
        except OSError as error:
            os.write(writer, str(error).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as answer:
        reason = answer.read().decode("utf-8", "replace")
    os.waitpid(child, 0)
    return reason


def _filters(missing: dict[str, str]) -> tuple[bytes, bytes]:
    """The system call filters of the program and of its judge."""
    if "seccomp" in missing:
        return b"", b""
    rules = seccomp.Rules("pid_namespace" not in missing, "mount_namespace" not in missing)
    return seccomp.supervised_program(rules), seccomp.unsupervised_program(rules)


def main(descriptor: int, packages: str, preloaded: str | None = None) -> None:
    """Runs the fork server on an inherited socket; `packages` are folders of further packages, or empty.

    `preloaded`, for a server of tests that run inside the program's process: modules to have ready for them.
    """
    _warm_up()
    folders = packages.split(os.pathsep) if packages else []
    sys.path[:] = [path for path in sys.path if path.startswith((sys.base_prefix, sys.base_exec_prefix))]
    if folders:
        sys.path += folders
        scientific.teach()
    if preloaded is not None:
        preloading.load(preloaded.split(",") if preloaded else [])
    os.environ.clear()
    sys.argv[:], sys.orig_argv[:] = [""], [sys.executable]
    kernel.use_one_malloc_arena()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    control = socket.socket(fileno=descriptor)
    judging = judges.hold()
    try:
        zone = _prepare(folders)
    except Exception as error:
        wire.send(control, json.dumps({"fault": f"{type(error).__name__}: {error}"}).encode())
        os._exit(70)
    child = os.fork()
    if child:
        control.close()
        os.waitpid(child, 0)
        os._exit(0)
    if system.LINUX:
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    zone = _with_working_filter(zone)
    wire.send(control, json.dumps({"missing": zone.missing}).encode())
    _serve(control, zone, judging)


def _serve(control: socket.socket, zone: Zone, judging: HeldPackage) -> None:
    """Forks until the caller has gone; the kernel reaps."""
    judge_requests = judges.start(zone, judging, control)
    del judging
    runner.open_streams()
    stage = Stage()
    gc.collect()
    pools.fill()
    gc.freeze()
    stage.learn(zone, template.rehearse_setup)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        try:
            request, descriptors = wire.receive_descriptors(control, REQUEST_BYTES, 2)
            if len(request) != REQUEST_BYTES:
                os._exit(0)
            role, limits = unpack_request(request)
            if role == JUDGE:
                wire.send_descriptors(judge_requests, request, descriptors)
        except OSError:
            os._exit(0)
        if role != JUDGE and os.fork() == 0:
            control.close()
            judge_requests.close()
            become(descriptors, partial(slot.serve, zone=zone, stage=stage, limits=limits))
        for descriptor in descriptors:
            os.close(descriptor)
