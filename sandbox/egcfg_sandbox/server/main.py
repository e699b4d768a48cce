"""The fork server: prepares the layers once, then forks slots and judges."""

from __future__ import annotations

import _sitebuiltins
import builtins
import contextlib
import functools
import gc
import importlib
import json
import os
import platform
import random
import resource
import signal
import socket
import sys
import sysconfig
import uuid
from pathlib import Path
from typing import Final, NoReturn

from egcfg_sandbox import system, wire
from egcfg_sandbox.candidate import runner
from egcfg_sandbox.confinement import probe
from egcfg_sandbox.confinement.layer import Confinement
from egcfg_sandbox.judge import process as judge_process
from egcfg_sandbox.linux import kernel
from egcfg_sandbox.server import preloading, slot
from egcfg_sandbox.server.requests import JUDGE, REQUEST_BYTES, unpack_request

# Imported once, so that no run pays for them.
_WARM_NAMES: Final = """
abc array bisect cmath collections collections.abc contextlib copy dataclasses datetime decimal enum fractions
functools heapq io itertools json math numbers operator os random re string struct sys threading time
traceback types typing warnings weakref
"""
_WARM: Final = tuple(_WARM_NAMES.split())

_MULTICAST: Final = 1 << 40
"""The bit of a node's number that no network card has."""
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
    # These ask other programs, which a program cannot: asked once, and the answers kept.
    platform._syscmd_file = functools.cache(platform._syscmd_file)  # type: ignore[attr-defined]
    platform.platform()
    platform.architecture()
    # For `uuid1()`: no question to a daemon, and no address of this machine.
    uuid._generate_time_safe = None  # type: ignore[attr-defined]
    uuid._node = random.getrandbits(48) | _MULTICAST  # type: ignore[attr-defined]
    # What `site` would have added; programs end themselves with them.
    for name in ("exit", "quit"):
        setattr(builtins, name, _sitebuiltins.Quitter(name, "Ctrl-D"))


def _shared_libraries() -> set[str]:
    """Folders of the libraries this process has loaded."""
    if not system.LINUX:
        return set()
    with Path("/proc/self/maps").open() as maps:
        paths = {line.split(maxsplit=5)[5].strip() for line in maps if ".so" in line}
    return {str(Path(path).parent) for path in paths if path.startswith("/")}


def _readable(packages: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The paths that Python needs, and the folders inside them that it does not need."""
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


def main(descriptor: int, packages: str, modules: str, mode: str) -> None:
    """Runs the fork server on an inherited socket, with these modules imported; see `slots.Server`."""
    _warm_up()
    folders = packages.split(os.pathsep) if packages else []
    sys.path[:] = [path for path in sys.path if path.startswith((sys.base_prefix, sys.base_exec_prefix))]
    if folders:
        sys.path += folders
    preloading.load(modules.split(",") if modules else [])
    if mode == "inside":
        preloading.rehearse()
    os.environ.clear()
    if folders:
        os.environ |= preloading.LIBRARY_SETTINGS
    sys.argv[:], sys.orig_argv[:] = [""], [sys.executable]
    kernel.use_one_malloc_arena()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    control = socket.socket(fileno=descriptor)
    try:
        confinement = Confinement(*_readable(folders), proc=_open_proc())
        probe(confinement)
    except Exception as error:
        wire.send(control, json.dumps({"fault": f"{type(error).__name__}: {error}"}).encode())
        os._exit(70)
    wire.send(control, json.dumps({"missing": confinement.missing}).encode())
    _serve(control, confinement)


def _open_proc() -> int | None:
    """The host's /proc, where there is one: later it cannot be reached by its path."""
    return os.open("/proc", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC) if system.LINUX else None


def _serve(control: socket.socket, confinement: Confinement) -> None:
    """Forks processes until the caller is gone; the kernel reaps them."""
    runner.open_streams()
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        try:
            request, descriptors, _, _ = socket.recv_fds(control, REQUEST_BYTES, 2)
        except OSError:
            os._exit(0)
        if len(request) != REQUEST_BYTES:
            os._exit(0)
        if os.fork() == 0:
            control.close()
            _become(request, descriptors, confinement)
        for descriptor in descriptors:
            os.close(descriptor)


def _become(request: bytes, descriptors: list[int], confinement: Confinement) -> NoReturn:
    """Does the work of a request in the process forked for it, with the two sockets of the request.

    A failure is told to the caller, who holds the other end of the first one.
    """
    leave = os._exit
    caller, other = (socket.socket(fileno=descriptor) for descriptor in descriptors)
    role, limits = unpack_request(request)
    try:
        (judge_process.run if role == JUDGE else slot.serve)(caller, other, confinement, limits)
    except BaseException as error:
        with contextlib.suppress(wire.WireError):
            wire.send(caller, json.dumps({"fault": f"{type(error).__name__}: {error}"}).encode())
    leave(0)
