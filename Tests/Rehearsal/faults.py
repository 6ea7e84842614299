"""What goes wrong with machines, beside what goes wrong with EC2: a list of rules under the key `hosts` of the fault file.

A rule names a fault, the machines that it strikes, and a moment. It strikes a machine once, and holds until `for_s` seconds are
over, it is taken out of the file, or the machine ends; then it is undone, where that is possible. README.md has them all.
"""

import json
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .damage import ACTS, AT_BOOT, kill
from .docker import DockerFailed, docker

if TYPE_CHECKING:
    from .containers import Host

FAULTS = set(ACTS) | {"mirror_unreachable", "dies"}
SETTINGS = {"fault", "role", "number", "when", "for_s", "path", "free_kb", "shown", "reason", "comment"}
MOMENTS = {"after_s", "file", "machine_file"}
# How often it is looked whether a file is there.
LOOK_S = 0.2


@dataclass(frozen=True)
class Rule:
    """One fault and what it strikes."""

    fault: str
    settings: dict[str, Any]

    @property
    def text(self) -> str:
        return json.dumps(self.settings, sort_keys=True)

    @property
    def at_boot(self) -> bool:
        return self.settings.get("when", "boot") == "boot"

    def selects(self, host: "Host") -> bool:
        number = self.settings.get("number")
        numbers = number if isinstance(number, list) else [number]
        return self.settings.get("role") in (None, host.role) and (number is None or host.number in numbers)


def parsed(given: list[dict[str, Any]]) -> list[Rule]:
    """Raises ValueError for what is no rule: a misspelt fault would be a rehearsal of nothing."""
    rules = []
    for place, settings in enumerate(given):
        when = settings.get("when", "boot")
        if settings.get("fault") not in FAULTS:
            raise ValueError(f"hosts, rule {place}: no fault {settings.get('fault')!r}")
        if set(settings) - SETTINGS:
            raise ValueError(f"hosts, rule {place}: unknown keys {sorted(set(settings) - SETTINGS)}")
        if when != "boot" and not (isinstance(when, dict) and len(when) == 1 and set(when) <= MOMENTS):
            raise ValueError(f'hosts, rule {place}: "when" is "boot" or one of {sorted(MOMENTS)} with its value')
        if settings.get("shown", "terminated") not in ("terminated", "running"):
            raise ValueError(f'hosts, rule {place}: "shown" is "terminated" or "running"')
        rules.append(Rule(settings["fault"], dict(settings)))
    return rules


@dataclass
class Strike:
    """A rule and a machine that it selects: waits for its moment, holds, ends."""

    rule: Rule
    host: "Host"
    # Set when the rule is no more, or the machine.
    over: threading.Event = field(default_factory=threading.Event)
    holds: bool = False


class HostFaults:
    def __init__(self, folder: Path | None = None) -> None:
        """`folder`: where the files are that `{"file": ...}` names."""
        self.folder = folder or Path.cwd()
        # Told of a machine that died, and why: set by who knows EC2.
        self.on_death: Callable[["Host", str], None] = lambda *_: None
        self._rules: list[Rule] = []
        self._hosts: list["Host"] = []
        self._strikes: dict[tuple[str, str], Strike] = {}
        self._lock = threading.Lock()

    def set(self, given: list[dict[str, Any]]) -> None:
        """Replaces the rules; raises ValueError. Those that stay go on as they were."""
        rules = parsed(given)
        with self._lock:
            self._rules = rules
            texts = {rule.text for rule in rules}
            for key, strike in list(self._strikes.items()):
                if strike.rule.text not in texts:
                    strike.over.set()
                    del self._strikes[key]
            hosts = list(self._hosts)
        for host in hosts:
            self._begin(host)

    # What machines ask and tell.

    def at_boot(self, host: "Host") -> list[str]:
        """Names of the faults that its init is told of."""
        with self._lock:
            return [rule.fault for rule in self._rules if rule.at_boot and rule.fault in AT_BOOT and rule.selects(host) and not self._past(rule, host)]

    def booted(self, host: "Host") -> None:
        """To be called after each boot."""
        with self._lock:
            if host not in self._hosts:
                self._hosts.append(host)
        self._begin(host)

    def left(self, host: "Host") -> None:
        """To be called before it is ended on purpose."""
        with self._lock:
            self._hosts = [each for each in self._hosts if each is not host]
            for strike in self._strikes.values():
                if strike.host is host:
                    strike.over.set()

    def cuts_off(self, host: "Host") -> bool:
        """Whether this machine cannot reach the mirror of packages now."""
        with self._lock:
            return any(strike.holds and strike.host is host and strike.rule.fault == "mirror_unreachable" for strike in self._strikes.values())

    # Strikes.

    def _past(self, rule: Rule, host: "Host") -> bool:
        strike = self._strikes.get((rule.text, host.name))
        return strike is not None and strike.over.is_set()

    def _begin(self, host: "Host") -> None:
        with self._lock:
            for rule in self._rules:
                if not rule.selects(host) or (rule.text, host.name) in self._strikes:
                    continue
                strike = self._strikes[rule.text, host.name] = Strike(rule, host)
                # A machine that has just booted asks the mirror at once.
                strike.holds = rule.at_boot and rule.fault == "mirror_unreachable"
                threading.Thread(target=self._play, args=(strike,), name=f"{rule.fault} {host.name}", daemon=True).start()

    def _play(self, strike: Strike) -> None:
        rule, host = strike.rule, strike.host
        try:
            if not self._moment(strike):
                return
            strike.holds = True
            self._say(f"{rule.fault} strikes {host.role} {host.number} ({host.instance.id}, {host.address})")
            if rule.fault == "dies":
                self._kill(host, rule)
                return
            act = ACTS.get(rule.fault)
            if act:
                act.strike(host.name, rule.settings)
            if act and not act.lasts:
                return
            strike.over.wait(rule.settings.get("for_s"))
            strike.over.set()
            strike.holds = False
            if act:
                act.undo(host.name, rule.settings)
            self._say(f"{rule.fault} is over for {host.role} {host.number}")
        except DockerFailed as failure:
            if not host.ending:
                self._say(f"{rule.fault} for {host.role} {host.number}: {failure}")

    def _moment(self, strike: Strike) -> bool:
        """Waits for the rule's moment; whether it came."""
        when = strike.rule.settings.get("when", "boot")
        if when == "boot":
            return not strike.over.is_set()
        [(kind, value)] = when.items()
        if kind == "after_s":
            return not strike.over.wait(float(value))
        while not strike.over.is_set():
            if kind == "file" and (self.folder / value).exists():
                return True
            if kind == "machine_file" and _appears(strike.host.name, value):
                return True
            strike.over.wait(LOOK_S)
        return False

    def _kill(self, host: "Host", rule: Rule) -> None:
        host.ending = True
        kill(host.name)
        # The hardware is gone; EC2 may know, or go on to show an instance that runs.
        if rule.settings.get("shown", "terminated") == "terminated":
            self.on_death(host, rule.settings.get("reason", "Server.InternalError"))

    @staticmethod
    def _say(text: str) -> None:
        print(f"rehearsal: {text}", file=sys.stderr, flush=True)


def _appears(name: str, path: str) -> bool:
    """Whether a file is in a machine, now or within a few seconds."""
    try:
        docker("exec", name, "timeout", "5", "sh", "-c", 'until [ -e "$0" ]; do sleep 0.2; done', path)
    except DockerFailed:
        return False
    return True
