"""The state of one region, and how it moves by itself: machines boot, stop, end, and are forgotten."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import RLock, Thread
from typing import TypeVar

from . import catalogue, errors, faults
from .clock import Clock
from .faults import Faults
from .instances import USER_INITIATED, Change, Instance
from .ledger import Ledger, MachineRecord
from .machines import MachineFailed, Machines
from .resources import Group, KeyPair, Resource, Volume

NEVER = float("inf")
Some = TypeVar("Some", bound=Resource)


@dataclass
class Lifecycle:
    """How long things take, in seconds of the cloud. An instance is `pending_s` pending, more or less a quarter."""

    pending_s: float = 8.0
    stopping_s: float = 10.0
    shutting_down_s: float = 10.0
    # How long a terminated instance is still described.
    terminated_visible_s: float = 3600.0


@dataclass
class Launch:
    """What a client token stands for: the parameters it came with, and what they made."""

    parameters: str
    reservation: str | None = None
    instances: list[Instance] = field(default_factory=list)


class Region:
    def __init__(
        self, name: str, owner: str, clock: Clock, faults: Faults, ledger: Ledger, lifecycle: Lifecycle, machines: Machines | None, lock: RLock, seed: int
    ) -> None:
        self.offered = catalogue.offered(name)
        self.name, self.owner = name, owner
        self.clock, self.faults, self.ledger, self.lifecycle, self.machines, self.lock = clock, faults, ledger, lifecycle, machines, lock
        # Whether a token of ended instances `fails` or `repeats` the reply.
        self.token_of_terminated = "fails"
        self.random = random.Random(f"{seed}/{name}")
        self.sequence = 0
        self.network = self.identifier("vpc")
        self.subnets = {zone: self.identifier("subnet") for zone in self.offered}
        self.images = {image.id: image for image in catalogue.images()}
        self.groups: dict[str, Group] = {}
        self.keys: dict[str, KeyPair] = {}
        self.instances: dict[str, Instance] = {}
        self.volumes: dict[str, Volume] = {}
        self.launches: dict[tuple[str, str | None], Launch] = {}
        # Instances that change by themselves, and those to be forgotten, with the time.
        self._moving: dict[str, Instance] = {}
        self._ended: list[tuple[float, Instance]] = []
        self._addresses = 0
        default = Group(self.identifier("sg"), self.next(), clock.now(), {}, "default", "default VPC security group", self.network, owner)
        self.groups[default.id] = default

    # Names of new things.

    def next(self) -> int:
        self.sequence += 1
        return self.sequence

    def identifier(self, prefix: str) -> str:
        return f"{prefix}-{self.random.getrandbits(68) | 1 << 64:017x}"

    def address(self) -> tuple[str, str]:
        """A private address of 172.31/16, and a public one of loopback's 127/8: who calls there leaves nobody's machine."""
        self._addresses += 1
        n = self._addresses % 65000 + 10
        return f"172.31.{n >> 8}.{n & 255}", f"127.{18 + (n >> 16)}.{n >> 8 & 255}.{n & 255}"

    # What a read sees.

    def late(self, resource: Resource, kind: str, action: str) -> None:
        """Lets a new resource be invisible, or seem untagged, for as long as the faults say."""
        for what in (kind, f"{kind}-tags"):
            rule = self.faults.first(faults.INVISIBLE, action, resource=what)
            if rule:
                until = self.clock.now() + self.clock.scaled(rule.seconds(5))
                if what == kind:
                    resource.visible_at = until
                else:
                    resource.tags_visible_at = until

    def visible(self, resources: Iterable[Some]) -> list[Some]:
        """Those that a read sees now, with the tags it sees."""
        now = self.clock.now()
        seen = []
        for resource in resources:
            if resource.visible_at <= now:
                resource.visible_tags = resource.tags if resource.tags_visible_at <= now else {}
                seen.append(resource)
        return seen

    def named_instances(self, identifiers: list[str]) -> list[Instance]:
        """By id, in the order asked for, each once; one that is unknown fails them all."""
        for identifier in identifiers:
            if not identifier.startswith("i-") or not all(letter in "0123456789abcdef" for letter in identifier[2:]) or len(identifier) not in (10, 19):
                raise errors.instance_malformed(identifier)
        known = {instance.id for instance in self.visible(self.instances[i] for i in identifiers if i in self.instances)}
        unknown = [identifier for identifier in dict.fromkeys(identifiers) if identifier not in known]
        if unknown:
            raise errors.instances_not_found(unknown)
        return [self.instances[identifier] for identifier in dict.fromkeys(identifiers)]

    def group(self, identifier: str | None = None, name: str | None = None) -> Group:
        """A visible group by id or by name."""
        for group in self.visible(self.groups.values()):
            if (identifier and group.id == identifier) or (not identifier and name and group.name == name):
                return group
        if identifier and not identifier.startswith("sg-"):
            raise errors.EC2Error("InvalidGroupId.Malformed", f'Invalid id: "{identifier}" (expecting "sg-...")')
        raise errors.group_not_found(identifier or name or "")

    def users_of(self, group: Group) -> list[Instance]:
        return [instance for instance in self.instances.values() if instance.exists and any(each is group for each in instance.groups)]

    # The life of an instance.

    def begin(self, instance: Instance, action: str) -> None:
        """Makes an instance pending; when it will run, and whether, is decided here."""
        now = self.clock.now()
        place = (action, instance.zone, instance.type)
        slow = self.faults.first(faults.PENDING, *place)
        seconds = slow.seconds(60) if slow else self.lifecycle.pending_s * self.random.uniform(0.75, 1.25)
        instance.state, instance.reason, instance.launched = "pending", None, now
        if self.faults.first(faults.NEVER_RUNS, *place):
            seconds = NEVER
        instance.coming = [Change(now + self.clock.scaled(seconds), "running")]
        dies = self.faults.first(faults.DIES, *place)
        if dies:
            due = now + self.clock.scaled(dies.seconds(3))
            reason = dies.settings.get("reason", "Server.InternalError")
            instance.coming = [change for change in instance.coming if change.due < due] + [Change(due, "terminated", reason)]
        self._moving[instance.id] = instance
        if self.machines:
            self._work(instance, self._boot)

    def stop(self, instance: Instance, reason: str = USER_INITIATED) -> None:
        now = self.clock.now()
        self._become(instance, "stopping", now, reason)
        instance.coming = [Change(now + self.clock.scaled(self.lifecycle.stopping_s), "stopped", reason)]
        self._moving[instance.id] = instance
        if self.machines:
            self._work(instance, self.machines.stopped)

    def reboot(self, instance: Instance) -> None:
        if self.machines:
            self._work(instance, self.machines.rebooted)

    def terminate(self, instance: Instance, reason: str = USER_INITIATED) -> None:
        """Nothing for one that has ended or is about to."""
        if instance.state in ("shutting-down", "terminated"):
            return
        now = self.clock.now()
        self._become(instance, "shutting-down", now, reason)
        instance.coming = [Change(now + self.clock.scaled(self.lifecycle.shutting_down_s), "terminated", reason)]
        self._moving[instance.id] = instance
        self._remove(instance)

    def settle(self) -> None:
        """Lets everything happen that is due. Called before each action and each look at the ledger."""
        now = self.clock.now()
        for instance in list(self._moving.values()):
            while instance.coming and not instance.busy and instance.coming[0].due <= now:
                change = instance.coming.pop(0)
                self._become(instance, change.state, change.due, change.reason)
            if not instance.coming:
                del self._moving[instance.id]
        while self._ended and self._ended[0][0] <= now:
            self._forget(self._ended.pop(0)[1])

    def _become(self, instance: Instance, state: str, time: float, reason: str | None) -> None:
        instance.state, instance.reason = state, reason
        if state == "running" and instance.public_address is None:
            instance.public_address = self.address()[1]
        if state in ("stopped", "terminated"):
            instance.public_address = None
        if reason == USER_INITIATED:
            instance.transition_reason = "User initiated"
        elif reason:
            instance.transition_reason = reason
        if state == "terminated":
            instance.coming = []
            for volume in instance.volumes:
                volume.instance = None
                if volume.delete_on_termination:
                    self.volumes.pop(volume.id, None)
            self._ended.append((time + self.clock.scaled(self.lifecycle.terminated_visible_s), instance))
            self._remove(instance)
        self.ledger.changed(self.ledger.machines[instance.id], state, time)

    def _forget(self, instance: Instance) -> None:
        del self.instances[instance.id]

    def record(self, instance: Instance, call: int) -> None:
        groups = [group.id for group in instance.groups]
        now = self.clock.now()
        self.ledger.created(MachineRecord(instance.id, self.name, instance.zone, instance.type, instance.token, groups, dict(instance.tags), call, now))

    # Machines behind instances.

    def _remove(self, instance: Instance) -> None:
        if self.machines and not instance.removed:
            instance.removed = True
            self._work(instance, self.machines.terminated)

    def _work(self, instance: Instance, step) -> None:  # noqa: ANN001  a step of Machines, or _boot
        """Runs a step in a thread, after the step before it; the instance moves on when it is done."""
        before = instance.work
        instance.busy = True

        def run() -> None:
            if before:
                before.join()
            try:
                step(instance)
            finally:
                with self.lock:
                    instance.busy = instance.work is not thread

        thread = Thread(target=run, name=f"machine {instance.id}", daemon=True)
        instance.work = thread
        thread.start()

    def _boot(self, instance: Instance) -> None:
        assert self.machines
        try:
            addresses = self.machines.started(instance)
        except MachineFailed:
            with self.lock:
                if instance.state == "pending":
                    instance.coming = [Change(self.clock.now(), "terminated", "Server.InternalError")]
            return
        with self.lock:
            instance.private_address, instance.public_address = addresses.private, addresses.public
