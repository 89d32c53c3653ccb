"""The nursery: processes of the product that are forked from one which has loaded it already.

A start of Python and of the product takes two seconds of a processor, a fork some milliseconds. Arguments, environment,
folder, streams, signals and exit code are those of any other process. One nursery serves a worker of the tests, and
what it has forked ends with it. Tests of the start itself (the program's file, what is loaded, Ctrl-C before the first
line) start a Python of their own.
"""

import asyncio
import atexit
import ctypes
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import IO, Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]

MESSAGE_BYTES = 128 * 1024
"""Room for arguments and environment of one process."""

PR_SET_PDEATHSIG = 1
"""Of ``prctl(2)``: which signal comes when whoever started this process is dead."""


class Answer(NamedTuple):
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str


@dataclass
class Child:
    """A process that was forked; it is used as one of ``asyncio.subprocess``."""

    pid: int
    stdout: asyncio.StreamReader
    """Empty, where the output goes to a file."""
    returncode: int | None = None
    _ended: "asyncio.Task[None] | None" = None

    def send_signal(self, how: int) -> None:
        """Send a signal."""
        if self.returncode is None:
            os.kill(self.pid, how)

    def kill(self) -> None:
        """Kill −9."""
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        """Return the exit code once there is one; minus the number of the signal that ended it."""
        assert self._ended is not None
        await asyncio.shield(self._ended)
        assert self.returncode is not None
        return self.returncode


async def plixo(*words: str, env: Mapping[str, str], cwd: Path) -> Answer:
    """Run `plixo` to its end."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = await start("plixo", *words, env=env, cwd=cwd, stdout=out, stderr=err)
        try:
            code = await child.wait()
        finally:
            child.kill()
        out.seek(0)
        err.seek(0)
        return Answer(code, out.read().decode(), err.read().decode())


async def start(
    *words: str,
    module: str = "plixo.cli",
    env: Mapping[str, str],
    cwd: Path,
    stdout: "IO[bytes] | int" = subprocess.DEVNULL,
    stderr: "IO[bytes] | int" = subprocess.DEVNULL,
) -> Child:
    """Fork a process that calls the module's ``main()``; *words* are its ``sys.argv``, and it reads no input."""
    told, tells = os.pipe()
    output, prints = os.pipe()
    message = json.dumps({"module": module, "words": words, "env": dict(env), "cwd": str(cwd)}).encode()
    assert len(message) < MESSAGE_BYTES
    nowhere = os.open(os.devnull, os.O_WRONLY)
    places = {subprocess.DEVNULL: nowhere, subprocess.PIPE: prints}
    out, err = (places[each] if isinstance(each, int) else each.fileno() for each in (stdout, stderr))
    socket.send_fds(_nursery(), [message], [out, err, tells])
    for each in (tells, prints, nowhere):
        os.close(each)
    news = await _reader(told)
    number = await news.readline()
    assert number, "the nursery has died; its traceback is on standard error"
    child = Child(int(number), await _reader(output))
    child._ended = asyncio.create_task(_watched(child, news))
    return child


async def _reader(end: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, os.fdopen(end, "rb"))
    return reader


async def _watched(child: Child, news: asyncio.StreamReader) -> None:
    child.returncode = int(await news.readline())


@cache
def _nursery() -> socket.socket:
    """Return the socket on which this worker's nursery is asked to fork."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", __name__, str(theirs.fileno())],
            pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd=ROOT,
            env={"PATH": "/usr/bin:/bin"}, start_new_session=True,
        )  # fmt: skip
    return ours


def _serve(asked: socket.socket) -> None:
    """Fork for each message, until nobody is left who could send one."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the guardians
    while True:
        message, files, _, _ = socket.recv_fds(asked, MESSAGE_BYTES, 3)
        if not message:
            return
        if os.fork() == 0:
            asked.close()
            _guard(json.loads(message), *files)
        for each in files:
            os.close(each)


def _guard(message: dict[str, Any], out: int, err: int, tells: int) -> None:
    """Fork the process itself, and tell its number and how it ended."""
    _end_with_parent()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child == 0:
        _end_with_parent()
        os.setsid()
        os.close(tells)
        os.dup2(out, 1)
        os.dup2(err, 2)
        os.closerange(3, 64)
        _run(**message)
    os.write(tells, f"{child}\n".encode())
    os.close(out)
    os.close(err)
    _, status = os.waitpid(child, 0)
    os.write(tells, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _end_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _run(module: str, words: list[str], env: dict[str, str], cwd: str) -> None:
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = words
    code = 0
    try:
        import_module(module).main()
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:  # the rim: as the interpreter would
        traceback.print_exc()
        code = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # to take all modules down again takes half a second


def _load() -> None:
    """Load every command, and what the largest ones load when they are called."""
    from plixo import checks, cli, demo, run
    from plixo.command_table import ENTRIES

    del checks, demo, run
    for entry in ENTRIES:
        cli.loaded(entry)
    gc.collect()
    gc.freeze()  # so that the memory stays shared


if __name__ == "__main__":
    _load()
    _serve(socket.socket(fileno=int(sys.argv[1])))
