"""`Scripts/crash-sweep`: many points, each a program killed somewhere and recovered, each held against the ledger.

Exit code 0: no point failed; 1: some did; 64: usage. A point that fails is kept whole in the folder that is printed.
"""

import argparse
import queue
import re
import shlex
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

if not __package__:
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from EC2Double.double import Double
from EC2Double.region import Lifecycle
from EC2Double.server import Server
from EC2Double.signature import Account
from EC2Double.sweep import point as points
from EC2Double.sweep.check import Checker, add_bystander, secrets_in
from EC2Double.sweep.point import CONSISTENCY_S, HERE, Counts, Point, Step
from EC2Double.sweep.program import Killer, Operator, Program, Run, remove

REGION = "us-east-1"
# Of the repository that this file belongs to, from whatever folder it is started.
PROGRAM = Path(__file__).resolve().parents[2] / ".build/debug/run_exp"
ACCOUNT = Account(session_token="double-SESSION-token-zyxwvutsrqponmlkjihgfedcba/+=")
# How a program ends that was to extend a cluster that is not there.
NO_CLUSTER = 65
# What a program says that has found another's lease: it is to be tried again when the lease has run out.
BUSY, LEASE_S, PATIENCE = re.compile(r"\blease\b|another launch", re.IGNORECASE), 60.0, 6


@dataclass
class Outcome:
    point: Point
    violations: list[str]
    runs: list[Run]
    folder: Path
    waited: int = 0


@dataclass
class Tally:
    """What the sweep counts, over all its threads."""

    points: int = 0
    runs: int = 0
    calls: int = 0
    crashes: Counter = field(default_factory=Counter)
    missed: int = 0
    waited: int = 0
    machines: int = 0
    failed: list[Outcome] = field(default_factory=list)


class Worker:
    """One double and the programs that run against it, one at a time: so it is known whose call a call is."""

    def __init__(self, command: list[str], folder: Path, time_scale: float) -> None:
        self.folder = folder
        self.double = Double(ACCOUNT, time_scale=time_scale, lifecycle=Lifecycle(pending_s=4, stopping_s=3, shutting_down_s=3))
        self.server = Server(self.double).start()
        self.killer = Killer()
        self.double.watcher = self.killer
        self.program = Program(command, self.double, self.server.url, self.killer, REGION)

    def close(self) -> None:
        self.server.stop()

    def sweep(self, point: Point) -> Outcome:
        double, folder = self.double, self.folder / f"point-{point.number}"
        double.forget_everything()
        double.seed = point.number
        double.faults.seed = point.seed * 1_000_003 + point.number
        double.configure({"rules": point.rules, "token_of_terminated": point.token_of_terminated})
        add_bystander(double, REGION, point.number)
        checker = Checker(double, REGION, point)
        operators = {HERE: Operator(folder / "here", point, REGION)}
        outcome = Outcome(point, [], [], folder)
        for place, step in enumerate(point.steps):
            if step.verb == "stop":
                self._stop_machines(point)
                continue
            if step.place != HERE:
                # Another machine each time. Whoever goes there takes longer than EC2 takes to know its groups.
                operators[step.place] = Operator(folder / f"elsewhere-{place}", point, REGION)
                double.clock.sleep(CONSISTENCY_S)
            run = self._run(operators[step.place], step, outcome)
            checker.asked(step)
            if run.killed or (step.half_made and run.code == NO_CLUSTER):
                continue
            if run.code != 0:
                outcome.violations.append(f"step {place + 1}, {step.text()}: exit code {run.code}, expected 0")
                break
            outcome.violations += [f"step {place + 1}, {step.text()}: {each}" for each in checker.after(step)]
            if outcome.violations:
                break
        outcome.violations += secrets_in(folder, [ACCOUNT.secret_key, ACCOUNT.session_token or ""])
        if outcome.violations:
            (folder / "replay.txt").write_text(told(outcome))
        return outcome

    def _run(self, operator: Operator, step: Step, outcome: Outcome) -> Run:
        """Runs it, and again while it says that another launch holds the lease."""
        for patience in range(PATIENCE, -1, -1):
            run = self.program.run(operator, step, step.models or outcome.point.models)
            outcome.runs.append(run)
            if run.code <= 0 or run.fired or not patience or not BUSY.search(run.output):
                break
            outcome.waited += 1
            self.double.clock.sleep(LEASE_S)
        return run

    def _stop_machines(self, point: Point) -> None:
        """The cloud's owner stops machines, all or some, and waits until they have stopped."""
        double = self.double
        region = double.region(REGION)
        ours = [each for each in region.instances.values() if each.tags.get("EXP_ID") == point.experiment and each.state == "running"]
        chosen = ours[: max(1, round(len(ours) * point.stopped))]
        with double.lock:
            for instance in chosen:
                region.stop(instance)
        while any(each.state == "stopping" for each in chosen):
            double.clock.sleep(0.5)
            double.settle()

    def counts(self) -> Counts:
        """How many calls each verb makes when nothing goes wrong; the moments of the crashes are drawn from them."""
        found: Counts = {}
        plain = Point(0, 0, 2, [Step(verb) for verb in ("launch", "extend", "terminate")], [], "fails")
        outcome = self.sweep(plain)
        for step, run in zip(plain.steps, outcome.runs):
            found[step.verb] = points.counted(run.calls)
        if outcome.violations:
            raise SystemExit("crash-sweep: it fails even when nothing goes wrong\n" + told(outcome))
        remove(outcome.folder)
        return found


def told(outcome: Outcome) -> str:
    """Everything that is needed to understand a point, and to run it again."""
    lines = [outcome.point.text(), *(f"  VIOLATION {each}" for each in outcome.violations)]
    lines += [f"  faults: {outcome.point.rules}, token_of_terminated {outcome.point.token_of_terminated}"]
    for run in outcome.runs:
        lines.append(f"  $ {run.command}")
        lines.append(f"    {'killed' if run.killed else f'exit code {run.code}'} after {run.seconds:.2f} s")
        lines += [f"    | {line}" for line in run.output.splitlines()[-25:]]
        lines += [f"    {call.n:5d} {call.action} {_told(call.parameters)} -> {call.outcome}{' (took effect)' if call.effect else ''}" for call in run.calls]
    lines.append(f"  kept in {outcome.folder}")
    return "\n".join(lines) + "\n"


def _told(parameters: dict[str, str]) -> str:
    wanted = ("ClientToken", "Placement.AvailabilityZone", "InstanceType", "MinCount", "GroupName", "GroupId", "KeyName", "NextToken")
    shown = [f"{name}={parameters[name]}" for name in wanted if name in parameters]
    shown += [value for name, value in parameters.items() if name.startswith(("InstanceId.", "ResourceId."))][:6]
    return " ".join(shown)


def swept(command: list[str], numbers: list[int], seed: int, jobs: int, folder: Path, time_scale: float, verbose: bool = False, keep: bool = False) -> Tally:
    """Sweeps these points with so many programs at a time."""
    tally, lock, left = Tally(), threading.Lock(), queue.SimpleQueue()
    workers = [Worker(command, folder / f"worker-{each}", time_scale) for each in range(jobs)]
    counts = workers[0].counts()
    print("calls when nothing goes wrong: " + ", ".join(f"{verb} {each[points.MUTATING]} mutating" for verb, each in counts.items()), flush=True)
    for number in numbers:
        left.put(number)

    def work(worker: Worker) -> None:
        while True:
            try:
                point = points.made(left.get_nowait(), seed, counts)
            except queue.Empty:
                return
            try:
                outcome = worker.sweep(point)
            except Exception as error:  # A fault of the sweep's own must not look like a point that passed.
                outcome = Outcome(point, [f"the sweep itself failed: {type(error).__name__}: {error}"], [], worker.folder)
            with lock:
                _count(tally, outcome, worker)
                if verbose:
                    print(f"{'FAILED' if outcome.violations else 'ok'} {point.text()}", flush=True)
                if outcome.violations:
                    print(told(outcome), flush=True)
                elif not keep:
                    remove(outcome.folder)
                if tally.points % 50 == 0:
                    print(f"{tally.points} points, {len(tally.failed)} failed", flush=True)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for worker in workers:
        worker.close()
    return tally


def _count(tally: Tally, outcome: Outcome, worker: Worker) -> None:
    tally.points += 1
    tally.runs += len(outcome.runs)
    tally.calls += sum(len(run.calls) for run in outcome.runs)
    tally.waited += outcome.waited
    tally.machines += len(worker.double.ledger.machines) - 1
    for run in outcome.runs:
        if run.crash and run.fired:
            tally.crashes[run.crash.moment] += 1
        elif run.crash:
            tally.missed += 1
    if outcome.violations:
        tally.failed.append(outcome)


def main() -> int:
    parser = argparse.ArgumentParser(prog="crash-sweep", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--points", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--program", default=shlex.quote(str(PROGRAM)), help="the program under test, with arguments if it has any (default: the repository's .build/debug/run_exp)")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", type=int, action="append", metavar="POINT", help="only this point; may be given several times")
    parser.add_argument("--time-scale", type=float, default=50.0, help="how many times faster than a cloud's its times pass")
    parser.add_argument("--folder", type=Path, help="where points are kept; default: a new one")
    parser.add_argument("--keep", action="store_true", help="keep points that passed as well")
    parser.add_argument("--verbose", action="store_true", help="a line for every point")
    options = parser.parse_args()
    command = shlex.split(options.program)
    # It runs in other folders.
    command = [str(Path(word).absolute()) if "/" in word and Path(word).exists() else word for word in command]
    if "/" in command[0] and not Path(command[0]).exists():
        parser.error(f"{command[0]} does not exist")
    folder = options.folder or Path(tempfile.mkdtemp(prefix="crash-sweep-"))
    started = time.monotonic()
    numbers = options.only or list(range(1, options.points + 1))
    jobs = max(1, min(options.jobs, len(numbers)))
    tally = swept(command, numbers, options.seed, jobs, folder, options.time_scale, options.verbose, options.keep)
    if not tally.failed and not options.keep:
        remove(folder)
    told_as = {points.BEFORE: "before a call", points.EFFECT: "after its effect", points.REPLIED: "after its reply", points.LOST: "reply lost"}
    crashes = ", ".join(f"{tally.crashes[moment]} {text}" for moment, text in told_as.items())
    print(
        f"crash-sweep: {tally.points} points (seed {options.seed}), {len(tally.failed)} failed; {tally.runs} runs, {tally.calls} calls, "
        f"{tally.machines} machines; crashes: {crashes}; {tally.missed} ended before their moment, {tally.waited} waited for a lease; "
        f"{time.monotonic() - started:.0f} s"
    )
    if tally.failed:
        again = " ".join(f"--only {outcome.point.number}" for outcome in sorted(tally.failed, key=lambda each: each.point.number)[:10])
        print(f"crash-sweep: again: Scripts/crash-sweep --seed {options.seed} {again}; kept in {folder}")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
