"""A point of the sweep: what is run, where it is killed, what else goes wrong, how it is recovered. From seed and number alone."""

import random
from dataclasses import dataclass, field
from typing import Any

# Where a program can die, relative to one of its calls; `lost` loses the reply and kills nothing.
BEFORE, EFFECT, REPLIED, LOST = "before", "effect", "replied", "lost"
MOMENTS = (BEFORE, EFFECT, EFFECT, REPLIED, LOST)
HERE, ELSEWHERE = "here", "elsewhere"
ZONES = ("us-east-1b", "us-east-1a", "us-east-1c")
TYPES = {"frontend": "c5.large", "worker": "c5.xlarge", "client": "m5.large"}
# In seconds of the cloud: nothing stays unseen for longer. Shorter than run_exp waits for what must be there (20).
CONSISTENCY_S = 15.0


@dataclass(frozen=True)
class Crash:
    """At the n-th call of the program's, of those that change something or of all."""

    moment: str
    mutating: bool
    n: int

    def text(self) -> str:
        what = {BEFORE: "killed before", EFFECT: "killed after the effect of", REPLIED: "killed after the reply to", LOST: "lost reply to"}[self.moment]
        return f"{what} {'mutating ' if self.mutating else ''}call {self.n}"


@dataclass(frozen=True)
class Step:
    """One run of the program, or something that the cloud's owner does: `stop` stops machines."""

    verb: str
    place: str = HERE
    crash: Crash | None = None

    def text(self) -> str:
        return f"{self.verb} {self.place}" + (f" ({self.crash.text()})" if self.crash else "")


@dataclass
class Point:
    number: int
    seed: int
    workers: int
    steps: list[Step]
    rules: list[dict[str, Any]]
    token_of_terminated: str
    stopped: float = 1.0
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def experiment(self) -> str:
        return f"sweep-{self.number}"

    def wanted(self) -> dict[str, int]:
        return {"frontend": 1, "worker": self.workers, "client": 1}

    def text(self) -> str:
        faults = ", ".join(rule["fault"] for rule in self.rules) or "no other fault"
        return f"point {self.number}: " + "; ".join(step.text() for step in self.steps) + f"; {faults}"


# How many calls a verb makes when nothing goes wrong: of those that change something, and of all but repeated questions.
Counts = dict[str, tuple[int, int]]


def made(number: int, seed: int, counts: Counts) -> Point:
    draw = random.Random(f"{seed}/point/{number}")
    story = draw.choices(("launch", "extend", "terminate", "relaunch"), (5, 2, 4, 3))[0]
    verb = "launch" if story == "relaunch" else story
    crash = _crash(draw, counts.get(verb, (5, 10)))
    before = {"launch": [], "relaunch": [Step("launch"), Step("stop")]}.get(story, [Step("launch")])
    steps = [*before, Step(verb, HERE, crash), *_recovery(draw, verb)]
    models = draw.choice((2, 2, 4))
    return Point(
        number, seed, models + models // 2, steps, _rules(draw), draw.choice(("fails", "repeats")), stopped=draw.choice((0.4, 1.0)), extra={"models": models}
    )


def _crash(draw: random.Random, counts: tuple[int, int]) -> Crash:
    mutating = draw.random() < 0.7
    most = max(1, counts[0] if mutating else counts[1])
    moment = draw.choice(MOMENTS)
    return Crash(moment, mutating, draw.randint(1, most))


def _recovery(draw: random.Random, verb: str) -> list[Step]:
    """What a person does next; the end is always a terminate, so that nothing may be left of any point."""
    place = draw.choice((HERE, ELSEWHERE))
    first = {
        "launch": draw.choice(("launch", "launch", "terminate")),
        "extend": draw.choice(("extend", "launch", "terminate")),
        "terminate": draw.choice(("terminate", "terminate", "launch")),
    }[verb]
    steps = [Step(first, place)]
    if draw.random() < 0.15:
        # It is killed once more.
        steps.insert(0, Step(first, place, Crash(draw.choice((BEFORE, EFFECT, REPLIED)), True, draw.randint(1, 4))))
    if first != "terminate":
        steps.append(Step("terminate", draw.choice((HERE, ELSEWHERE))))
    return steps


def _rules(draw: random.Random) -> list[dict[str, Any]]:
    """Faults that a program has to live with: all of them pass, or leave another way."""
    possible = [
        {"fault": "RequestLimitExceeded", "probability": round(draw.uniform(0.03, 0.15), 3)},
        {"fault": "InternalError", "probability": round(draw.uniform(0.02, 0.08), 3)},
        {"fault": "lost_reply", "probability": round(draw.uniform(0.02, 0.06), 3)},
        {"fault": "lost_request", "probability": round(draw.uniform(0.02, 0.06), 3)},
        {"fault": "InsufficientInstanceCapacity", "actions": ["RunInstances"], "zones": [ZONES[0]], "types": [draw.choice([*TYPES.values(), "*"])]},
        {"fault": "invisible", "resources": ["instance"], "seconds": [0.5, CONSISTENCY_S], "probability": 0.6},
        {"fault": "invisible", "resources": ["instance-tags"], "seconds": [0.5, CONSISTENCY_S], "probability": 0.6},
        {"fault": "invisible", "resources": ["group", "key"], "seconds": [0.5, CONSISTENCY_S], "probability": 0.6},
        {"fault": "partial_pages", "size": draw.randint(1, 3), "probability": 0.7},
        {"fault": "slow_pending", "seconds": [10, 40], "probability": 0.3},
        {"fault": "delay_reply", "seconds": [0.5, 3], "probability": 0.1},
    ]
    return [rule for rule in possible if draw.random() < 0.3]
