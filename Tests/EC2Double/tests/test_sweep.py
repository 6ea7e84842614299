"""The crash sweep finds what a naive program leaves behind, and passes a careful one at the same points."""

import sys
import tempfile
import unittest
from collections import Counter
from pathlib import Path
from typing import Any

from EC2Double.crash_sweep import PROGRAM, Outcome, Worker, told
from EC2Double.sweep import point as points
from EC2Double.sweep.point import EFFECT, ELSEWHERE, HERE, LOST, MUTATING, REPLIED, Crash, Point, Step

STAND_IN = [sys.executable, str(Path(__file__).resolve().parents[1] / "stand_in.py")]
UNSEEN = {"fault": "invisible", "resources": ["instance"], "seconds": 30}
# Its calls that change something: the group, two rules, the key; the fifth makes the frontend's machine.
FIRST_MACHINE = 5


class SweepTests(unittest.TestCase):
    def swept(self, program: list[str], steps: list[Step], *rules: dict[str, Any]) -> Outcome:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        worker = Worker(program, Path(folder.name), time_scale=20)
        self.addCleanup(worker.close)
        outcome = worker.sweep(Point(1, 1, 2, steps, list(rules), "fails"))
        self.assertTrue(told(outcome))
        return outcome

    def assert_passes(self, steps: list[Step], *rules: dict[str, Any]) -> Outcome:
        outcome = self.swept(STAND_IN, steps, *rules)
        self.assertEqual(outcome.violations, [], told(outcome))
        return outcome

    def assert_finds(self, text: str, program: list[str], steps: list[Step], *rules: dict[str, Any]) -> None:
        outcome = self.swept(program, steps, *rules)
        self.assertTrue(any(text in each for each in outcome.violations), told(outcome))

    def test_the_program_is_the_repositorys_own(self) -> None:
        self.assertEqual(PROGRAM, Path(__file__).resolve().parents[3] / ".build/debug/run_exp")

    def test_duplicates(self) -> None:
        steps = [Step("launch", HERE, Crash(EFFECT, MUTATING, FIRST_MACHINE)), Step("launch"), Step("terminate")]
        self.assert_finds("duplicates: 2 machines of role frontend", [*STAND_IN, "--naive"], steps, UNSEEN)
        outcome = self.assert_passes(steps, UNSEEN)
        self.assertEqual([run.killed for run in outcome.runs], [True, False, False])
        self.assertEqual(outcome.runs[0].calls[-1].effect, True)

    def test_orphans(self) -> None:
        steps = [Step("launch", HERE, Crash(REPLIED, MUTATING, FIRST_MACHINE)), Step("terminate", ELSEWHERE)]
        self.assert_finds("orphan: ", [*STAND_IN, "--naive"], steps, UNSEEN | {"seconds": 60})
        self.assert_passes(steps, UNSEEN)

    def test_what_is_left_over(self) -> None:
        steps = [Step("launch"), Step("terminate", HERE, Crash(points.BEFORE, MUTATING, 2)), Step("launch"), Step("terminate", ELSEWHERE)]
        self.assert_passes(steps, {"fault": "RequestLimitExceeded", "probability": 0.2})
        left = [*STAND_IN, "--naive"]
        self.assert_finds("left over: group", left, [Step("launch", HERE, Crash(EFFECT, MUTATING, 1)), Step("terminate")], UNSEEN | {"resources": ["group"]})

    def test_machines_that_were_stopped_and_lost_replies(self) -> None:
        steps = [Step("launch"), Step("stop"), Step("launch", HERE, Crash(LOST, MUTATING, 1)), Step("extend"), Step("terminate")]
        self.assert_passes(steps, {"fault": "InsufficientInstanceCapacity", "zones": ["us-east-1b"], "actions": ["RunInstances"]})

    def test_secrets_and_exit_codes(self) -> None:
        self.assert_finds("a secret stands in", [*STAND_IN, "--leak"], [Step("terminate")])
        self.assert_finds("exit code 1, expected 0", ["/bin/false"], [Step("launch")])
        self.assert_finds("missing: 0 machines of role worker", ["/bin/true"], [Step("launch")])

    def test_a_point_is_made_of_its_number_and_the_seed(self) -> None:
        counts = {
            "launch": {"any": 15, "mutating": 9, "RunInstances": 5},
            "extend": {"any": 5, "mutating": 1, "CreateTags": 1},
            "terminate": {"any": 8, "mutating": 3, "TerminateInstances": 1},
        }
        made = [points.made(number, 4, counts) for number in range(1, 401)]
        self.assertEqual(made, [points.made(number, 4, counts) for number in range(1, 401)])
        self.assertNotEqual(made, [points.made(number, 5, counts) for number in range(1, 401)])
        crashes = [step.crash for point in made for step in point.steps if step.crash]
        self.assertGreater(min(Counter(crash.moment for crash in crashes).values()), 50)
        self.assertEqual({crash.n for crash in crashes if crash.of == MUTATING and crash.n <= 9}, set(range(1, 10)))
        self.assertTrue(all(point.steps[-1].verb == "terminate" for point in made))


if __name__ == "__main__":
    unittest.main()
