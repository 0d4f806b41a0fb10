"""Run the processes of one machine: in order, again when one dies, and none left at the end."""

from __future__ import annotations

import selectors
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from callcenter.child import Child, Program
from callcenter.log_file import LogFile
from callcenter.stopping import Stop
from callcenter.watchdog import Limits, Vigil, state

_ROUND = 0.1
"""Seconds: how soon a death, a readiness or a wish to stop is noticed."""

Tell = Callable[[str], None]


class StartError(Exception):
    """A program did not come up at first; says which, and its last words."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Seconds to wait before a restart: doubled each time up to a longest.

    Who has run for ``forget`` seconds begins anew, and who ended well:
    somebody asked it to.
    """

    first: float = 0.5
    longest: float = 10.0
    forget: float = 60.0

    def after(self, delay: float, age: float) -> float:
        """Tell the delay that follows ``delay`` and a life of ``age`` seconds."""
        return self.first if delay == 0 or age >= self.forget else min(delay * 2, self.longest)


class _Post:
    """A program's place, and the child that holds it now."""

    def __init__(self, program: Program, logs: Path, tell: Tell, backoff: Backoff) -> None:
        self.program = program
        self.log = LogFile(logs / f"{program.name}.log")
        self.child: Child | None = None
        self.up = False
        self._vigil = self._new_vigil()
        self._tell = tell
        self._backoff = backoff
        self._delay = 0.0
        self._due_at = 0.0

    def start(self) -> Child:
        self.child = Child(self.program)
        self._vigil = self._new_vigil()
        self.up = False
        return self.child

    def due(self) -> bool:
        return self.child is None and self._due_at > 0 and time.monotonic() >= self._due_at

    def look(self, child: Child) -> None:
        """Notice that the child came up, or that it is gone."""
        status = child.ended()
        if status is not None:
            self._lost(child, status)
        elif self._vigil.verdict(time.monotonic(), state(child.pid), beat=True):
            self._say("was stopped by somebody; killed, because it holds up whoever waits for it")
            child.kill()
        elif not self.up and self._is_ready(child):
            self.up = True
            self._say(f"up after {child.age:.1f} s  {self.program.where}".rstrip())

    def stop(self, pump: Callable[[], None]) -> None:
        """Stop the child; what it says meanwhile is still kept."""
        if self.child is None:
            return
        willing = self.child.stop(pump)
        self.child.clear_group()
        self._say("stopped" if willing else f"killed: it did not stop in {self.program.stop_seconds:g} s")

    def put_off(self) -> None:
        """Try again later, as after a death."""
        self._delay = self._backoff.after(self._delay, 0)
        self._due_at = time.monotonic() + self._delay

    def _new_vigil(self) -> Vigil:
        return Vigil(Limits(stopped=self.program.stopped_seconds), time.monotonic())

    def _say(self, text: str) -> None:
        self._tell(f"{self.program.name:<9} {text}")

    def _is_ready(self, child: Child) -> bool:
        ready = self.program.ready
        return child.age >= self.program.settle if ready is None else ready()

    def _lost(self, child: Child, status: int) -> None:
        child.clear_group()
        self.child = None
        self._delay = self._backoff.after(self._delay, child.age) if status else self._backoff.first
        self._due_at = time.monotonic() + self._delay
        how = f"killed by signal {-status}" if status < 0 else f"ended with status {status}"
        self._say(f"{how} after {child.age:.0f} s; again in {self._delay:g} s (see {self.log.path})")


class Supervisor:
    """Keep programs running. ``tell`` gets one line for each thing that happens."""

    def __init__(
        self, programs: Sequence[Program], logs: Path, tell: Tell, backoff: Backoff | None = None
    ) -> None:
        """Take the programs in the order in which they start."""
        self._posts = [_Post(program, logs, tell, backoff or Backoff()) for program in programs]
        self._ears = selectors.DefaultSelector()

    def run(self, stop: Stop, ready: Callable[[], None]) -> None:
        """Start all, call ``ready``, keep them running until ``stop``, stop all.

        Raises ``StartError`` when one does not come up at first; what was
        started before it has been stopped then.
        """
        try:
            for post in self._posts:
                self._bring_up(post, stop)
            if not stop.asked:
                ready()
            while not stop.asked:
                self._round()
        finally:
            self._stop_all()

    def _bring_up(self, post: _Post, stop: Stop) -> None:
        if stop.asked:
            return
        try:
            self._start(post)
        except OSError as error:
            raise StartError(f"{post.program.name} cannot be started: {error}") from None
        while not (post.up or stop.asked):
            self._round()
            if post.child is None:
                raise StartError(f"{post.program.name} ended at once. Its last words:\n{post.log.tail()}")
            if not post.up and post.child.age > post.program.ready_seconds:
                limit = f"{post.program.ready_seconds:g} s"
                raise StartError(
                    f"{post.program.name} is not up after {limit}. Its last words:\n{post.log.tail()}"
                )

    def _start(self, post: _Post) -> None:
        child = post.start()
        self._ears.register(child.output, selectors.EVENT_READ, (post, child))

    def _round(self) -> None:
        """Read what the children say, see who came up and who is gone, start who is due."""
        self._pump()
        for post in self._posts:
            if post.child is not None:
                post.look(post.child)
            elif post.due():
                self._start_again(post)

    def _start_again(self, post: _Post) -> None:
        try:
            self._start(post)
        except OSError as error:
            post.log.write(f"cannot be started: {error}\n".encode())
            post.put_off()

    def _pump(self) -> None:
        for key, _ in self._ears.select(_ROUND):
            post, child = key.data
            words = child.read()
            if words is None:
                self._ears.unregister(child.output)
                child.close()
            else:
                post.log.write(words)

    def _stop_all(self) -> None:
        for post in reversed(self._posts):
            post.stop(self._pump)
        self._pump()
        self._ears.close()
        for post in self._posts:
            post.log.close()
