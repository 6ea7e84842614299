"""A point of the sweep: what is run, where it is killed, what else goes wrong, how it is recovered. From seed and number alone."""

import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

from EC2Double.ledger import Call

# Where a program can die, relative to one of its calls; `lost` loses the reply and kills nothing.
BEFORE, EFFECT, REPLIED, LOST = "before", "effect", "replied", "lost"
MOMENTS = (BEFORE, EFFECT, EFFECT, REPLIED, LOST)
ANY, MUTATING = "any", "mutating"
# From another folder and home, as after a lost disk; and as from a machine that knows nothing of the processes here.
HERE, ELSEWHERE, FAR = "here", "elsewhere", "far away"
# From where ssh is let in: as the cluster file says, and as it says after somebody has moved.
HOME, AWAY = "203.0.113.0/24", "198.51.100.7/32"
ZONES = ("us-east-1b", "us-east-1a", "us-east-1c")
TYPES = {"frontend": "c5.large", "worker": "c5.xlarge", "client": "m5.large"}
# In seconds of the cloud: nothing stays unseen for longer. Shorter than run_exp waits for what must be there (20).
CONSISTENCY_S = 15.0


@dataclass(frozen=True)
class Crash:
    """At the n-th call of the program's: of all (`any`), of those that change something (`mutating`), or of one action."""

    moment: str
    of: str
    n: int

    def selects(self, call: Call) -> bool:
        return self.of == ANY or self.of == call.action or (self.of == MUTATING and call.mutating)

    def text(self) -> str:
        what = {BEFORE: "killed before", EFFECT: "killed after the effect of", REPLIED: "killed after the reply to", LOST: "lost reply to"}[self.moment]
        return f"{what} {f'call {self.n}' if self.of == ANY else f'{self.of} call {self.n}'}"


@dataclass(frozen=True)
class Step:
    """One run of the program, or something that the cloud's owner does: `stop` stops machines."""

    verb: str
    place: str = HERE
    crash: Crash | None = None
    # The size of another experiment of the same id, which has the same cluster; None: the point's own.
    models: int | None = None
    # What it finds may be half made, or nothing: it may say that there is no cluster, and leaves machines lacking.
    half_made: bool = False
    ssh_from: str = HOME

    def text(self) -> str:
        size = f" of {self.models} models" if self.models else ""
        away = f" with ssh from {self.ssh_from}" if self.ssh_from != HOME else ""
        return f"{self.verb}{size} {self.place}{away}" + (f" ({self.crash.text()})" if self.crash else "")


@dataclass
class Point:
    number: int
    seed: int
    models: int
    steps: list[Step]
    rules: list[dict[str, Any]]
    token_of_terminated: str
    stopped: float = 1.0

    @property
    def experiment(self) -> str:
        return f"sweep-{self.number}"

    def wanted(self, models: int | None = None) -> dict[str, int]:
        """The machines of an experiment of so many models: with k = 2 one for each, and one for every two more."""
        models = models or self.models
        return {"frontend": 1, "worker": models + models // 2, "client": 1}

    def text(self) -> str:
        faults = ", ".join(rule["fault"] for rule in self.rules) or "no other fault"
        return f"point {self.number}: " + "; ".join(step.text() for step in self.steps) + f"; {faults}"


# How many calls each verb makes when nothing goes wrong: `any` (repeated questions count little), `mutating`, and by action.
Counts = dict[str, dict[str, int]]
USUAL = {ANY: 10, MUTATING: 5}


def counted(calls: list[Call]) -> dict[str, int]:
    polls = ("DescribeInstances", "DescribeInstanceStatus")
    found = {ANY: 3 + sum(call.action not in polls for call in calls), MUTATING: sum(call.mutating for call in calls)}
    return found | Counter(call.action for call in calls if call.mutating)


def made(number: int, seed: int, counts: Counts) -> Point:
    draw = random.Random(f"{seed}/point/{number}")
    story = draw.choices(("launch", "extend", "terminate", "relaunch", "extend-half", "resize"), (5, 2, 4, 3, 2, 2))[0]
    verb = "launch" if story in ("relaunch", "extend-half", "resize") else story
    usual = counts.get(verb, USUAL)
    # Only then a launch takes a rule away.
    away = story in ("relaunch", "resize") and draw.random() < 0.5
    if story == "relaunch":
        # Stopped machines are started, none are made.
        usual = {ANY: usual[ANY], MUTATING: usual[MUTATING], "StartInstances": 1} | ({"RevokeSecurityGroupIngress": 1} if away else {})
    # A third of the points are where naive programs fail: the machines are made or ended, nobody heard of it, and who looks
    # at once does not see them yet.
    sharp = draw.random() < 0.33
    crash = _crash(draw, usual, sharp)
    before = {"extend": [Step("launch")], "terminate": [Step("launch")], "relaunch": [Step("launch"), Step("stop")]}.get(story, [])
    models = draw.choice((2, 2, 4))
    steps = [*before, Step(verb, HERE, crash, ssh_from=AWAY if away and story == "relaunch" else HOME)]
    if story in ("extend-half", "resize"):
        place = HERE if sharp else draw.choices((HERE, ELSEWHERE, FAR), (4, 3, 1))[0]
        steps += [Step("extend", place, half_made=True), Step("launch", place)] if story == "extend-half" else [Step("launch", place, models=6 - models, ssh_from=AWAY if away else HOME)]
        steps.append(Step("terminate", draw.choice((HERE, ELSEWHERE))))
    else:
        steps += _recovery(draw, verb, sharp)
    return Point(number, seed, models, steps, _rules(draw, sharp), draw.choice(("fails", "repeats")), stopped=draw.choice((0.4, 1.0)))


def _crash(draw: random.Random, counts: dict[str, int], sharp: bool) -> Crash:
    """Where it hurts most, and everywhere else: half of them at a call that makes or ends machines."""
    actions = sorted(set(counts) & {"RunInstances", "StartInstances", "TerminateInstances", "CreateTags", "RevokeSecurityGroupIngress"})
    of = draw.choices((draw.choice(actions) if actions else MUTATING, MUTATING, ANY), (5, 3, 2))[0]
    if sharp and actions:
        of = draw.choice(actions)
    return Crash(EFFECT if sharp else draw.choice(MOMENTS), of, draw.randint(1, max(1, counts[of])))


def _recovery(draw: random.Random, verb: str, sharp: bool) -> list[Step]:
    """What a person does next; the end is always a terminate, so that nothing may be left of any point."""
    place = HERE if sharp else draw.choices((HERE, ELSEWHERE, FAR), (4, 3, 1))[0]
    first = {
        "launch": draw.choice(("launch", "launch", "terminate")),
        "extend": draw.choice(("extend", "launch", "terminate")),
        "terminate": draw.choice(("terminate", "terminate", "launch")),
    }[verb]
    steps = [Step(first, place)]
    if not sharp and draw.random() < 0.2:
        # It is killed once more.
        steps.insert(0, Step(first, place, Crash(draw.choice((BEFORE, EFFECT, REPLIED)), MUTATING, draw.randint(1, 4))))
    if first != "terminate":
        steps.append(Step("terminate", draw.choice((HERE, ELSEWHERE))))
    return steps


def _rules(draw: random.Random, sharp: bool) -> list[dict[str, Any]]:
    """Faults that a program has to live with: all of them pass, or leave another way."""
    unseen = [1, CONSISTENCY_S]
    hidden = {"fault": "invisible", "resources": [draw.choice(("instance", "instance", "instance-tags"))], "seconds": CONSISTENCY_S}
    possible = [
        {"fault": "RequestLimitExceeded", "probability": round(draw.uniform(0.03, 0.15), 3)},
        {"fault": "InternalError", "probability": round(draw.uniform(0.02, 0.08), 3)},
        {"fault": "lost_reply", "probability": round(draw.uniform(0.02, 0.06), 3)},
        {"fault": "lost_request", "probability": round(draw.uniform(0.02, 0.06), 3)},
        {"fault": "InsufficientInstanceCapacity", "actions": ["RunInstances"], "zones": [ZONES[0]], "types": [draw.choice([*TYPES.values(), "*"])]},
        {"fault": "invisible", "resources": ["instance"], "seconds": unseen, "probability": 0.8},
        {"fault": "invisible", "resources": ["instance-tags"], "seconds": unseen, "probability": 0.8},
        {"fault": "invisible", "resources": ["group", "key"], "seconds": [2, CONSISTENCY_S], "probability": 0.6},
        {"fault": "partial_pages", "size": draw.randint(1, 3), "probability": 0.7},
        {"fault": "slow_pending", "seconds": [10, 40], "probability": 0.3},
        {"fault": "delay_reply", "seconds": [0.5, 3], "probability": 0.1},
    ]
    return [hidden] * sharp + [rule for rule in possible if draw.random() < 0.3]
