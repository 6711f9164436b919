"""Keeps programs running: starts, restarts with back-off, stops them all."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from portal.supervisor import guard

#: Seconds to wait before the first restart; doubles with each crash, up to the longest.
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
#: A program that ran this many seconds has proved itself: its back-off starts afresh.
PROVEN_AFTER = 30.0


@dataclass(frozen=True)
class Program:
    """What to run; ``title`` is how people call it."""

    name: str
    title: str
    command: Sequence[str]


@dataclass
class _Child:
    program: Program
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    wait: float = FIRST_WAIT
    restart_at: float = 0.0


@dataclass
class Supervisor:
    """Runs programs until told to stop. Their output goes to ``logs/<name>.log``."""

    programs: Sequence[Program]
    logs: Path
    environment: Mapping[str, str]
    say: Callable[[str], None] = print
    first_wait: float = FIRST_WAIT
    _children: list[_Child] = field(default_factory=list)
    _guard: subprocess.Popen[str] | None = None
    _stopping: bool = False

    def start(self) -> None:
        """Start every program, and the guard that outlives us."""
        self.logs.mkdir(parents=True, exist_ok=True)
        self._guard = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", guard.__file__],
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        for program in self.programs:
            (self.logs / f"{program.name}.log").unlink(missing_ok=True)
            child = _Child(program, wait=self.first_wait)
            self._children.append(child)
            self._launch(child)

    def run(self) -> None:
        """Watch over the programs until a signal or ``stop``; then end them all."""
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        previous = {
            number: signal.signal(number, self._asked_to_stop)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        }
        previous[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        try:
            while not self._stopping:
                self._look_after()
                if select.select([reader], [], [], 1.0)[0]:
                    os.read(reader, 512)
        finally:
            self.end()
            signal.set_wakeup_fd(-1)
            for number, handler in previous.items():
                signal.signal(number, handler)
            os.close(reader)
            os.close(writer)

    def stop(self) -> None:
        """Make ``run`` return."""
        self._stopping = True

    def end(self) -> None:
        """Stop every program, with the processes they started."""
        self._stopping = True
        groups = {child.process.pid for child in self._children if child.process}
        running = [child.process for child in self._children if child.process]
        for group in groups:
            guard.send(group, signal.SIGTERM)
        limit = time.monotonic() + guard.PATIENCE_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, limit - time.monotonic()))
            except subprocess.TimeoutExpired:
                continue
        guard.end({group for group in groups if guard.alive(group)}, patience=0.5)
        for process in running:
            process.wait()
        if self._guard and self._guard.stdin:
            self._guard.stdin.close()
            self._guard.wait()
        self._children.clear()

    def tail(self, name: str, lines: int = 15) -> str:
        """Return the end of a program's output."""
        path = self.logs / f"{name}.log"
        if not path.exists():
            return ""
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _launch(self, child: _Child) -> None:
        with (self.logs / f"{child.program.name}.log").open("ab") as log:
            child.process = subprocess.Popen(  # noqa: S603
                list(child.program.command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(self.environment),
                start_new_session=True,
            )
        child.started = time.monotonic()
        self._tell_guard(f"+{child.process.pid}")

    def _tell_guard(self, line: str) -> None:
        if self._guard and self._guard.stdin:
            try:
                self._guard.stdin.write(line + "\n")
                self._guard.stdin.flush()
            except BrokenPipeError:
                self._guard = None

    def _look_after(self) -> None:
        now = time.monotonic()
        for child in self._children:
            if child.process is None:
                if now >= child.restart_at:
                    self._launch(child)
                    self.say(f"{child.program.title} : relancé.")
                continue
            code = child.process.poll()
            if code is None:
                continue
            # What the dead program had started must not hold its port or its queue.
            guard.end({child.process.pid}, patience=1.0)
            self._tell_guard(f"-{child.process.pid}")
            if now - child.started > PROVEN_AFTER:
                child.wait = self.first_wait
            child.process, child.restart_at = None, now + child.wait
            self.say(
                f"{child.program.title} : arrêt inattendu (code {code}), nouvel essai dans "
                f"{child.wait:.0f} s. Dernières lignes de {self.logs / child.program.name}.log :\n"
                f"{self.tail(child.program.name)}"
            )
            child.wait = min(child.wait * 2, LONGEST_WAIT)
