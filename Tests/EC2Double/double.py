"""The double itself: takes requests as they came over the wire, and answers, fails or falls silent as its faults say.

The order within a call: recorded, held at a barrier, lost before it takes effect, believed or not, refused by fault,
played, lost after it took effect, answered. `Watcher` is told at each of the points where a crash can fall.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Protocol

from . import errors, faults, grouping, launching, ledger, naming, places, running, signature, wire  # noqa: F401  actions register themselves
from .clock import Clock
from .faults import Faults
from .ledger import Call, Ledger
from .machines import Machines
from .region import Lifecycle, Region
from .request import ACTIONS, Request
from .signature import Account


class Dropped(Exception):
    """The connection is to be closed without an answer."""


class Watcher(Protocol):
    """Told of every call at the moments where its caller can die. Each may raise Dropped."""

    def arrived(self, call: Call) -> None:
        """Before anything of it takes effect."""

    def done(self, call: Call) -> None:
        """After it took effect or failed, before the reply."""

    def replied(self, call: Call) -> None:
        """After the last byte of the reply was handed to the network."""


@dataclass
class Reply:
    status: int
    body: str
    call: Call


class Barrier:
    """Holds calls of some actions until so many are waiting: what happens `at the same time` then does."""

    def __init__(self, actions: list[str], count: int, timeout: float) -> None:
        self._actions, self._left, self._timeout = actions, count, timeout
        self._barrier = threading.Barrier(count)
        self._lock = threading.Lock()

    def wait(self, action: str) -> None:
        with self._lock:
            if self._left == 0 or not any(fnmatchcase(action, pattern) for pattern in self._actions):
                return
            self._left -= 1
        try:
            self._barrier.wait(self._timeout)
        except threading.BrokenBarrierError:
            pass


class Double:
    def __init__(
        self,
        account: Account = Account(),
        seed: int = 0,
        time_scale: float = 1.0,
        lifecycle: Lifecycle | None = None,
        rules: Iterable[dict[str, Any]] = (),
        faults_path: Path | None = None,
        ledger_path: Path | None = None,
        machines: Machines | None = None,
    ) -> None:
        self.account, self.seed, self.machines = account, seed, machines
        self.clock = Clock(time_scale)
        self.lifecycle = lifecycle or Lifecycle()
        self.faults = Faults(seed, path=faults_path)
        self.faults.set(rules)
        self.ledger = Ledger(ledger_path)
        self.watcher: Watcher | None = None
        # `fails` or `repeats`: what RunInstances does with a token whose instances have ended.
        self.token_of_terminated = "fails"
        self.lock = threading.RLock()
        self._regions: dict[str, Region] = {}
        self._barrier: Barrier | None = None
        self._numbers = 0
        self._under_way = 0
        self._reread()

    # What tests and the endpoints of the server use.

    def region(self, name: str) -> Region:
        with self.lock:
            if name not in self._regions:
                region = Region(name, self.account.number, self.clock, self.faults, self.ledger, self.lifecycle, self.machines, self.lock, self.seed)
                self._regions[name] = region
            self._regions[name].token_of_terminated = self.token_of_terminated
            return self._regions[name]

    def regions(self) -> list[Region]:
        return list(self._regions.values())

    def settle(self) -> None:
        with self.lock:
            for region in self._regions.values():
                region.settle()

    def configure(self, content: dict[str, Any]) -> None:
        """Takes over what a fault file says; raises ValueError for a key that is none."""
        unknown = set(content) - {"rules", "time_scale", "lifecycle", "token_of_terminated", "session_expires_in_s", "comment"}
        durations = content.get("lifecycle", {})
        unknown |= set(durations) - {each.name for each in fields(Lifecycle)}
        if unknown:
            raise ValueError(f"unknown keys {sorted(unknown)}")
        with self.lock:
            if "rules" in content:
                self.faults.set(content["rules"])
            if "time_scale" in content:
                self.clock.time_scale = float(content["time_scale"])
            for name, value in durations.items():
                setattr(self.lifecycle, name, float(value))
            if "token_of_terminated" in content:
                if content["token_of_terminated"] not in ("fails", "repeats"):
                    raise ValueError("token_of_terminated: fails or repeats")
                self.token_of_terminated = content["token_of_terminated"]
            if "session_expires_in_s" in content:
                left = content["session_expires_in_s"]
                self.account = replace(self.account, expires=None if left is None else self.clock.now() + self.clock.scaled(left))

    def barrier(self, actions: list[str], count: int, timeout: float = 30.0) -> None:
        self._barrier = Barrier(actions, count, timeout)

    def machine_ended(self, instance: str, reason: str = "Client.InstanceInitiatedShutdown", state: str | None = None) -> None:
        """The machine ended by itself: a shutdown from inside (`terminate` or `stop` as it was launched with), or a loss."""
        self.settle()
        with self.lock:
            for region in self._regions.values():
                found = region.instances.get(instance)
                if found:
                    if state == "stopped" or (state is None and found.shutdown_behavior == "stop"):
                        region.stop(found, reason)
                    else:
                        region.terminate(found, reason)
                    return
        raise KeyError(instance)

    def forget_everything(self) -> None:
        """Back to an empty account; machines that are left are ended."""
        with self.lock:
            for region in self._regions.values():
                for instance in region.instances.values():
                    region.terminate(instance)
            self._regions.clear()
            self.ledger.clear()

    def idle(self, timeout: float = 5.0) -> bool:
        """Waits until no call is under way: those of a program that has died take effect all the same."""
        end = time.monotonic() + timeout
        while self._under_way and time.monotonic() < end:
            time.sleep(0.001)
        return not self._under_way

    # One call.

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes, client: str) -> Reply:
        """The reply to a request; `headers` by lower-case name. Raises Dropped for none."""
        with self.lock:
            self._under_way += 1
        try:
            return self._answered(method, path, headers, body, client)
        finally:
            with self.lock:
                self._under_way -= 1

    def _answered(self, method: str, path: str, headers: dict[str, str], body: bytes, client: str) -> Reply:
        started = self.clock.now()
        self._reread()
        try:
            values = wire.form(body)
        except errors.EC2Error as problem:
            call = self._record("?", {}, client)
            return self._failed(call, problem)
        action = values.get("Action", "?")
        call = self._record(action, values, client)
        try:
            reply = self._answer(call, method, path, headers, body)
        except Dropped as dropped:
            call.outcome = str(dropped) or ledger.DROPPED
            raise
        finally:
            call.seconds = round(self.clock.now() - started, 6)
            self.ledger.answered(call)
        return reply

    def replied(self, call: Call) -> None:
        """To be called when the reply has been written."""
        if self.watcher:
            self.watcher.replied(call)

    def _answer(self, call: Call, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        barrier = self._barrier
        if barrier:
            barrier.wait(call.action)
        place = self._place(call)
        for rule in self.faults.striking([faults.DELAY], *place):
            self.clock.sleep(rule.seconds(1))
        if self.watcher:
            self.watcher.arrived(call)
        for _ in self.faults.striking([faults.LOST_REQUEST], *place):
            raise Dropped(ledger.LOST_REQUEST)
        try:
            call.region = signature.verify(self.account, method, headers.get("host", ""), path, headers, body, self.clock.now())
            self._refuse(call, place)
            reply = self._play(call)
        except errors.EC2Error as problem:
            reply = self._failed(call, problem)
        if self.watcher:
            self.watcher.done(call)
        for _ in self.faults.striking([faults.LOST_REPLY], *place):
            raise Dropped(ledger.LOST_REPLY)
        for rule in self.faults.striking([faults.DELAY_REPLY], *place):
            self.clock.sleep(rule.seconds(1))
        return reply

    def _play(self, call: Call) -> Reply:
        wanted = ACTIONS.get(call.action)
        if wanted is None:
            wire.operation(call.action)
            raise errors.EC2Error("InvalidAction", f"The action {call.action} is one that the double does not play.")
        parameters = wire.parse(call.action, call.parameters)
        with self.lock:
            region = self.region(call.region)
            region.settle()
            value = wanted.play(Request(call.action, parameters, call.parameters, call, region))
            body = wire.result(call.action, call.request_id, value)
        call.outcome, call.status = "ok", 200
        return Reply(200, body, call)

    def _refuse(self, call: Call, place: tuple[str, str | None, str | None]) -> None:
        for rule in self.faults.striking(faults.ERRORS, *place):
            known: dict[str, Callable[[], errors.EC2Error]] = {
                "RequestLimitExceeded": errors.throttled,
                "InternalError": errors.internal,
                "Unavailable": lambda: errors.EC2Error("Unavailable", "The service is unavailable. Please try again shortly.", 503),
                "AuthFailure": errors.auth_failure,
                "SignatureDoesNotMatch": errors.signature_mismatch,
                "RequestExpired": errors.request_expired,
                "ExpiredToken": errors.token_expired,
                "UnauthorizedOperation": lambda: errors.unauthorized(call.action, self.account.user),
                "error": lambda: errors.EC2Error(rule.settings.get("code", "Unknown"), rule.settings.get("message", ""), rule.settings.get("status", 400)),
            }
            raise known[rule.fault]()

    def _failed(self, call: Call, problem: errors.EC2Error) -> Reply:
        call.outcome, call.status = problem.code, problem.status
        return Reply(problem.status, wire.error(problem, call.request_id), call)

    def _record(self, action: str, values: dict[str, str], client: str) -> Call:
        with self.lock:
            self._numbers += 1
            number = self._numbers
        known = ACTIONS.get(action)
        request_id = f"{self.seed & 0xFFFFFFFF:08x}-d0b1-4000-8000-{number:012x}"
        call = Call(number, self.clock.now(), action, client, values, request_id, mutating=bool(known and known.mutating))
        self.ledger.called(call)
        return call

    @staticmethod
    def _place(call: Call) -> tuple[str, str | None, str | None]:
        return call.action, call.parameters.get("Placement.AvailabilityZone"), call.parameters.get("InstanceType")

    def _reread(self) -> None:
        """A file that is wrong, or only half written, changes nothing; it is read again when it changes again."""
        try:
            content = self.faults.reread()
            if content is not None:
                self.configure(content)
        except (ValueError, TypeError, AttributeError) as error:
            print(f"EC2 double: {self.faults.path}: {error}; the faults before hold on", file=sys.stderr, flush=True)
