"""What goes wrong and when: a list of rules, from a JSON file that is read again when it changes, or set by a test.

A rule has one fault and a selection (README.md has both). Which calls it hits depends only on the seed, the rule's place
in the list and the order of the calls it selects, so that a failure can be replayed.
"""

import json
import random
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

# Faults of a whole call.
LOST_REQUEST, LOST_REPLY, DELAY, DELAY_REPLY = "lost_request", "lost_reply", "delay", "delay_reply"
ERRORS = {
    "RequestLimitExceeded", "InternalError", "Unavailable", "AuthFailure", "SignatureDoesNotMatch", "RequestExpired", "ExpiredToken",
    "UnauthorizedOperation", "error",
}
# Faults of RunInstances and StartInstances.
CAPACITY, VCPU_LIMIT, INSTANCE_LIMIT = "InsufficientInstanceCapacity", "VcpuLimitExceeded", "InstanceLimitExceeded"
# Faults of what a call makes or reads.
INVISIBLE, PENDING, DIES, NEVER_RUNS, PAGES = "invisible", "slow_pending", "dies", "never_runs", "partial_pages"
FAULTS = {LOST_REQUEST, LOST_REPLY, DELAY, DELAY_REPLY, CAPACITY, VCPU_LIMIT, INSTANCE_LIMIT, INVISIBLE, PENDING, DIES, NEVER_RUNS, PAGES} | ERRORS

SETTINGS = {
    "fault", "actions", "zones", "types", "probability", "times", "after",
    "seconds", "resources", "limit", "size", "reason", "message", "code", "status", "comment",
}


@dataclass
class Rule:
    """One fault and what it hits; counts what it has seen and hit."""

    fault: str
    settings: dict[str, Any]
    random: random.Random
    seen: int = 0
    hits: int = 0

    def strikes(self, action: str, zone: str | None, type_: str | None) -> bool:
        """Whether it hits now. Asked once an occasion: each answer moves its counts and its random numbers on."""
        if not any(fnmatchcase(action, pattern) for pattern in self.settings.get("actions", ["*"])):
            return False
        if not (self._selects("zones", zone) and self._selects("types", type_)):
            return False
        self.seen += 1
        if self.seen <= self.settings.get("after", 0) or self.hits >= self.settings.get("times", float("inf")):
            return False
        if self.random.random() >= self.settings.get("probability", 1.0):
            return False
        self.hits += 1
        return True

    def _selects(self, key: str, value: str | None) -> bool:
        patterns = self.settings.get(key)
        return patterns is None or (value is not None and any(fnmatchcase(value, pattern) for pattern in patterns))

    def seconds(self, otherwise: float = 0.0) -> float:
        """A number, or [least, most] drawn from evenly."""
        value = self.settings.get("seconds", otherwise)
        return self.random.uniform(*value) if isinstance(value, list) else float(value)


@dataclass
class Faults:
    """The rules in force. Unknown keys are refused: a misspelt fault would be a test that tests nothing."""

    seed: int = 0
    rules: list[Rule] = field(default_factory=list)
    path: Path | None = None

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._read: tuple[int, int] | None = None

    def set(self, rules: Iterable[dict[str, Any]]) -> None:
        made = []
        for place, settings in enumerate(rules):
            unknown = set(settings) - SETTINGS
            if unknown or settings.get("fault") not in FAULTS:
                raise ValueError(f"rule {place}: " + (f"unknown keys {sorted(unknown)}" if unknown else f"no fault {settings.get('fault')!r}"))
            made.append(Rule(settings["fault"], dict(settings), random.Random(f"{self.seed}/{place}/{settings['fault']}")))
        with self._lock:
            self.rules = made

    def reread(self) -> dict[str, Any] | None:
        """The file's content if it has changed since it was last read; raises ValueError where it is no JSON."""
        if self.path is None:
            return None
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return None
        if (status.st_mtime_ns, status.st_size) == self._read:
            return None
        self._read = (status.st_mtime_ns, status.st_size)
        return json.loads(self.path.read_text())

    def striking(self, faults: Iterable[str], action: str, zone: str | None = None, type_: str | None = None) -> Iterator[Rule]:
        """The rules with one of these faults that hit this occasion, in their order."""
        wanted = set(faults)
        with self._lock:
            return iter([rule for rule in self.rules if rule.fault in wanted and rule.strikes(action, zone, type_)])

    def first(self, fault: str, action: str, zone: str | None = None, type_: str | None = None, resource: str | None = None) -> Rule | None:
        """The first rule with this fault that hits; `resource` must be among its `resources`, if it names any."""
        with self._lock:
            for rule in self.rules:
                named = rule.settings.get("resources")
                if rule.fault == fault and (named is None or resource in named) and rule.strikes(action, zone, type_):
                    return rule
        return None
