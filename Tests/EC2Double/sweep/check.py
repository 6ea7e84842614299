"""What must be true after a run that ended well, seen from the ledger and the double's state, not from what the program says."""

from collections import Counter
from pathlib import Path

from EC2Double.double import Double
from EC2Double.instances import Instance
from EC2Double.region import Region
from EC2Double.resources import Group, KeyPair

from .point import Point, Step

REQUIRED_TAGS = ("EXP_ID", "TASK_TYPE", "Name", "run_exp:cluster", "run_exp:run", "run_exp:owner", "run_exp:expires", "run_exp:token")
BYSTANDER = "someone-else"


class Checker:
    """For one point: knows what was there before, which the program must not touch."""

    def __init__(self, double: Double, region: str, point: Point) -> None:
        self.double, self.name, self.point = double, region, point
        self.strangers = {each.id for each in self.region.instances.values()}
        self.groups_before = set(self.region.groups)
        self.keys_before = set(self.region.keys)
        # As each machine's was when it was first seen running.
        self.expiries: dict[str, str] = {}
        # Of each role the most that any run wanted: what a smaller experiment does not use stays until a terminate.
        self.most: Counter[str] = Counter()
        # Of the record, as an extend left it.
        self.extended = ""

    @property
    def region(self) -> Region:
        return self.double.region(self.name)

    def ours(self) -> list[Instance]:
        """Machines of the program's that somebody pays for."""
        return [each for each in self.region.instances.values() if each.id not in self.strangers and each.state not in ("shutting-down", "terminated")]

    def asked(self, step: Step) -> None:
        """A run of this step has ended, however."""
        if step.verb == "launch":
            self.most |= Counter(self.point.wanted(step.models))

    def after(self, step: Step) -> list[str]:
        verb = step.verb
        self.double.settle()
        with self.double.lock:
            found = self._strangers()
            if verb in ("launch", "extend") and not step.half_made:
                found += self._launched(self.point.wanted(step.models)) + self._timed()
            if verb == "extend":
                found += self._extended()
                self.extended = self._record_expires() or ""
            if verb == "terminate":
                found += self._terminated()
            if verb == "launch":
                found += self._closed(step.ssh_from)
                for each in self.ours():
                    self.expiries.setdefault(each.id, each.tags.get("run_exp:expires", ""))
        return found

    def _strangers(self) -> list[str]:
        found = [f"someone else's {each} was touched" for each in self.strangers if self.region.instances[each].state != "running"]
        found += [f"someone else's {each} was deleted" for each in self.groups_before - set(self.region.groups)]
        return found + [f"someone else's key {each} was deleted" for each in self.keys_before - set(self.region.keys)]

    def _launched(self, asked: dict[str, int]) -> list[str]:
        machines = self.ours()
        count = Counter(each.tags.get("TASK_TYPE") for each in machines)
        # Those that an earlier launch asked for beyond that may still be on their way: they are named, and nobody waits for them.
        running = Counter(each.tags.get("TASK_TYPE") for each in machines if each.state == "running")
        found = []
        for role, wanted in asked.items():
            if running[role] < wanted <= count[role]:
                found.append(f"{running[role]} machines of role {role} run, {wanted} were asked for, but the program ended well")
            if count[role] > max(wanted, self.most[role]):
                found.append(f"duplicates: {count[role]} machines of role {role} are alive, {max(wanted, self.most[role])} were asked for")
            if count[role] < wanted:
                found.append(f"missing: {count[role]} machines of role {role} are alive, {wanted} were asked for")
        for each in machines:
            if each.tags.get("TASK_TYPE") not in asked:
                found.append(f"orphan: {each.id} has no role that was asked for: {each.tags}")
            lacking = [tag for tag in REQUIRED_TAGS if not each.tags.get(tag)]
            if lacking or each.tags.get("EXP_ID") != self.point.experiment:
                found.append(f"{each.id} is not tagged as it must be: {lacking or each.tags}")
            elif each.tags["run_exp:token"] != each.token:
                found.append(f"{each.id}: tag run_exp:token {each.tags['run_exp:token']} is not its token {each.token}")
        named = {group.id for each in machines for group in each.groups}
        if len(named) > 1:
            found.append(f"machines of one cluster are in several groups: {sorted(named)}")
        return found

    def _record(self) -> Group | None:
        name = f"run_exp/{self.point.experiment}/main"
        return next((group for group in self.region.groups.values() if group.name == name), None)

    def _record_expires(self) -> str | None:
        record = self._record()
        return record.tags.get("run_exp:expires") if record else None

    def _closed(self, network: str) -> list[str]:
        """ssh is let in from where the last launch was called, and from nowhere else."""
        record = self._record()
        sources = sorted(rule.source for rule in record.rules if not rule.source.startswith("sg-")) if record else []
        return [f"ssh is let in from {sources}, expected from {network}"] if sources != [network] else []

    def _timed(self) -> list[str]:
        """All machines end when their cluster does, and no launch takes back what an extend gave."""
        record = self._record_expires()
        if record is None:
            return []
        found = [
            f"{each.id}: run_exp:expires {each.tags.get('run_exp:expires')} is not that of the cluster, {record}"
            for each in self.ours() if each.tags.get("run_exp:expires") != record
        ]  # fmt: skip
        return found + [f"the cluster's run_exp:expires {record} is before {self.extended}, which an extend gave"] * (record < self.extended)

    def _extended(self) -> list[str]:
        return [
            f"{each.id}: run_exp:expires {each.tags.get('run_exp:expires')} is not later than {self.expiries[each.id]}"
            for each in self.ours() if each.id in self.expiries and not each.tags.get("run_exp:expires", "") > self.expiries[each.id]
        ]  # fmt: skip

    def _terminated(self) -> list[str]:
        found = [f"orphan: {each.id} ({each.tags.get('TASK_TYPE')}) is {each.state} after terminate" for each in self.ours()]
        alive = [each.instance for each in self.double.ledger.alive() if each.instance not in self.strangers]
        if alive and not found:
            found.append(f"the ledger counts on for {alive}")
        found += [
            f"left over: volume {volume.id} ({volume.device}) goes on and costs" for volume in self.region.volumes.values() if volume.instance not in self.strangers
        ]  # fmt: skip
        found += [f"left over: group {group.name} ({group.id})" for group in self.region.groups.values() if group.id not in self.groups_before]
        return found + [f"left over: key pair {name}" for name in self.region.keys if name not in self.keys_before]


def secrets_in(folder: Path, secrets: list[str]) -> list[str]:
    """Files under a folder in which a secret stands."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            found += [f"a secret stands in {path}" for secret in secrets if secret.encode() in content]
    return found


def add_bystander(double: Double, region_name: str, number: int) -> None:
    """Someone else's cluster in the same account, with a name that begins as ours does and goes on."""
    region = double.region(region_name)
    now = double.clock.now()
    experiment = f"sweep-{number}0"
    group = Group(region.identifier("sg"), region.next(), now, {"EXP_ID": experiment, "run_exp:cluster": "main"}, f"run_exp/{experiment}/main", "other", region.network, region.owner)
    region.groups[group.id] = group
    region.keys[f"run_exp/{experiment}/main"] = KeyPair(region.identifier("key"), region.next(), now, {"EXP_ID": experiment}, f"run_exp/{experiment}/main", "", "ed25519", "")
    zone = next(iter(region.offered))
    tags = {"EXP_ID": experiment, "TASK_TYPE": "worker", "run_exp:cluster": "main", "run_exp:owner": BYSTANDER, "run_exp:expires": "2099-01-01T00:00:00Z"}
    image = region.images["ami-0deb1200000000003"]
    instance = Instance(
        region.identifier("i"), region.next(), now, tags, region.identifier("r"), 0, image, "c5.xlarge", None, [group], region.network,
        region.subnets[zone], zone, region.name, region.owner, None, None, "terminate", {}, region.address()[0], state="running", launched=now,
    )  # fmt: skip
    region.instances[instance.id] = instance
    region.record(instance, 0)
