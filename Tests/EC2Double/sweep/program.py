"""Runs the program under test as a person would, and kills it at the moment that was chosen."""

import json
import os
import shutil
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from EC2Double.double import Double, Dropped
from EC2Double.ledger import Call
from EC2Double.signature import Account

from .point import AWAY, BEFORE, EFFECT, FAR, HERE, HOME, LOST, REPLIED, TYPES, ZONES, Crash, Point, Step

LIMIT_S = 90
# With processes of its own: a program in it can tell of none outside whether it is alive.
NAMESPACE = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]


def namespaces_work() -> bool:
    """Whether this user may make them: root, mostly."""
    try:
        return subprocess.run([*NAMESPACE, "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0
    except FileNotFoundError:
        return False


class Killer:
    """The double's watcher: counts the calls of the program that runs, and kills it at one of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._crash: Crash | None = None
        self._pid: int | None = None
        # How many calls that it selects were made, and the number of the one it falls on.
        self._count = 0
        self._chosen: int | None = None
        self.fired = False

    def watch(self, pid: int, crash: Crash | None) -> None:
        with self._lock:
            self._pid, self._crash, self._count, self._chosen, self.fired = pid, crash, 0, None, False

    def rest(self) -> None:
        with self._lock:
            self._crash = self._pid = None

    def arrived(self, call: Call) -> None:
        with self._lock:
            if self._crash and self._crash.selects(call):
                self._count += 1
                if self._count == self._crash.n:
                    self._chosen = call.n
        self._at(BEFORE, call)

    def done(self, call: Call) -> None:
        self._at(EFFECT, call)
        self._at(LOST, call)

    def replied(self, call: Call) -> None:
        self._at(REPLIED, call)

    def _at(self, moment: str, call: Call) -> None:
        with self._lock:
            if self._crash is None or self._crash.moment != moment or call.n != self._chosen or self.fired:
                return
            self.fired = True
            if moment != LOST and self._pid:
                os.kill(self._pid, signal.SIGKILL)
        if moment != REPLIED:
            raise Dropped(f"lost {'request' if moment == BEFORE else 'reply'}: {moment}")


@dataclass
class Run:
    """One run of the program: how it ended and what it said."""

    command: str
    code: int
    # The moment that was chosen, and whether it came.
    crash: Crash | None
    fired: bool
    seconds: float
    output: str
    calls: list[Call] = field(default_factory=list)

    @property
    def killed(self) -> bool:
        return self.crash is not None and self.crash.moment != LOST and self.fired


class Operator:
    """Someone at a machine: a folder with the experiment, and a home. Another one has another of both and the same key."""

    def __init__(self, folder: Path, point: Point, region: str) -> None:
        self.folder, self.home = folder / "work", folder / "home"
        self.folder.mkdir(parents=True)
        self.home.mkdir()
        for models in {point.models, *(step.models or point.models for step in point.steps)}:
            (self.folder / self.config(models)).write_text(json.dumps(experiment(point, models), indent=1))
        for network in (HOME, AWAY):
            (self.folder / self.cluster(network)).write_text(CLUSTER.format(region=region, zones=", ".join(ZONES), network=network))
        # Who launches on another machine brings the key along; otherwise the program makes one.
        self.key = shared_key(folder.parent) if any(step.place != HERE and step.verb == "launch" for step in point.steps) else None

    @staticmethod
    def cluster(network: str) -> str:
        """The name of the cluster file that lets ssh in from this network."""
        return "cluster.yml" if network == HOME else "cluster-away.yml"

    @staticmethod
    def config(models: int) -> str:
        """The name of the file of the experiment of so many models."""
        return f"experiment-{models}.json"


def shared_key(folder: Path) -> Path:
    """A private ed25519 key, made once."""
    key = folder / "id_ed25519"
    if not key.exists():
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    return key


CLUSTER = """provider: ec2
region: {region}
zones: [{zones}]
image: {{owner: "136693071363", name: "debian-12-amd64-*"}}
user: admin
volume_gb: 20
lifetime_h: 2
ssh_from: [{network}]
"""


def experiment(point: Point, models: int) -> dict[str, object]:
    """Coded with k = 2 takes a worker machine for each model and one for every two more."""
    return {
        "experiment_id": point.experiment, "frontend_type": TYPES["frontend"], "worker_type": TYPES["worker"], "client_type": TYPES["client"],
        "model": "dummy", "s3_path": "", "queue_modes": ["single_queue"], "redundancy_modes": ["equal", "coded"],
        "num_models": models, "ec_k_val": [2], "batch_sizes": [1], "send_rates": [30], "num_clients": 1, "num_queries": 100,
        "num_trials": 1, "background_traffic": [0],
    }  # fmt: skip


class Program:
    """The program under test against one double."""

    def __init__(self, command: list[str], double: Double, url: str, killer: Killer, region: str = "us-east-1") -> None:
        self.command, self.double, self.url, self.killer, self.region = command, double, url, killer, region
        self.far = NAMESPACE if namespaces_work() else []

    def environment(self, operator: Operator) -> dict[str, str]:
        account: Account = self.double.account
        passed = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "RUN_EXP_", "PARM_")) or name == "RUN_EXP_CACHE"}
        return passed | {
            "AWS_ENDPOINT_URL": self.url, "AWS_ACCESS_KEY_ID": account.access_key, "AWS_SECRET_ACCESS_KEY": account.secret_key,
            "AWS_SESSION_TOKEN": account.session_token or "", "AWS_REGION": self.region, "AWS_EC2_METADATA_DISABLED": "true",
            "HOME": str(operator.home), "RUN_EXP_CLOUD_TIME_SCALE": f"{self.double.clock.time_scale:g}",
        } | ({"PARM_SSH_KEY": str(operator.key)} if operator.key else {})  # fmt: skip

    def run(self, operator: Operator, step: Step, models: int) -> Run:
        verb, crash = step.verb, step.crash
        arguments = [operator.config(models), verb, "--cluster-file", operator.cluster(step.ssh_from)]
        if verb == "launch":
            arguments.append("--machines-only")
        if verb == "extend":
            arguments += ["--hours", "5"]
        command = [*(self.far if step.place == FAR else []), *self.command, *arguments]
        log = operator.folder.parent / f"output-{time.monotonic_ns()}.txt"
        first = len(self.double.ledger.calls)
        started = time.monotonic()
        with log.open("wb") as out:
            # It cannot make a call before the watcher knows its pid: the double's lock is held until then.
            with self.double.lock:
                process = subprocess.Popen(
                    command, cwd=operator.folder, env=self.environment(operator), stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                    start_new_session=True,
                )  # fmt: skip
                self.killer.watch(process.pid, crash)
            try:
                code = process.wait(LIMIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                code = 124
        fired = self.killer.fired
        self.killer.rest()
        _end_group(process.pid)
        self.double.idle()
        output = log.read_text(errors="replace")
        return Run(" ".join(command), code, crash, fired, time.monotonic() - started, output, self.double.ledger.calls[first:])


def _end_group(pid: int) -> None:
    """Ends what a killed program has left running: all of it is in the session that was made for it."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
