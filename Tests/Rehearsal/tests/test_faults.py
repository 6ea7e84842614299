import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from Rehearsal.faults import FAULTS, HostFaults, parsed


def host(role: str = "worker", number: int = 0) -> Any:
    return SimpleNamespace(role=role, number=number, name=f"{role}-{number}", address=f"10.0.0.{number}", ending=False, instance=SimpleNamespace(id="i-1"))


class FaultsTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.faults = HostFaults(self.folder)

    def until(self, condition) -> None:  # noqa: ANN001  a function without arguments
        import time

        for _ in range(500):
            if condition():
                return
            time.sleep(0.01)
        self.fail("it did not come about within 5 s")

    def test_the_table_has_a_row_for_each_fault_and_for_no_other(self) -> None:
        text = (Path(__file__).parent.parent / "README.md").read_text()
        table = text.split("| fault | settings | what happens |\n")[1].split("\n\n")[0]
        rows = [line.split("`")[1] for line in table.splitlines() if line.startswith("| `")]
        self.assertEqual(sorted(rows), sorted(FAULTS))

    def test_a_rule_that_cannot_be_meant_is_refused(self) -> None:
        for rule in ({}, {"fault": "explodes"}, {"fault": "dies", "hour": 3}, {"fault": "dies", "when": "noon"}, {"fault": "dies", "shown": "stopped"}):
            with self.subTest(rule), self.assertRaises(ValueError):
                parsed([rule])

    def test_rules_that_are_refused_change_nothing(self) -> None:
        self.faults.set([{"fault": "no_sudo"}])
        with self.assertRaises(ValueError):
            self.faults.set([{"fault": "explodes"}])
        self.assertEqual(self.faults.at_boot(host()), ["no_sudo"])

    def test_a_rule_strikes_the_machines_that_it_names(self) -> None:
        self.faults.set([{"fault": "sshd_never_up", "role": "worker", "number": [1, 2]}])
        self.assertEqual([self.faults.at_boot(host("worker", number)) != [] for number in range(4)], [False, True, True, False])
        self.assertEqual(self.faults.at_boot(host("client", 1)), [])

    def test_a_fault_of_a_later_moment_is_not_told_at_boot(self) -> None:
        self.faults.set([{"fault": "sshd_never_up", "when": {"after_s": 60}}])
        self.assertEqual(self.faults.at_boot(host()), [])

    def test_the_mirror_is_cut_off_from_the_boot_on_until_the_rule_is_gone(self) -> None:
        struck, other = host(number=0), host(number=1)
        self.faults.set([{"fault": "mirror_unreachable", "number": 0}])
        self.faults.booted(struck)
        self.faults.booted(other)
        self.assertTrue(self.faults.cuts_off(struck))
        self.assertFalse(self.faults.cuts_off(other))
        self.faults.set([])
        self.assertFalse(self.faults.cuts_off(struck))

    def test_a_rule_strikes_machines_that_run_already(self) -> None:
        struck = host()
        self.faults.booted(struck)
        self.faults.set([{"fault": "mirror_unreachable"}])
        self.assertTrue(self.faults.cuts_off(struck))

    def test_a_fault_waits_for_its_file_and_ends_by_itself(self) -> None:
        struck = host()
        self.faults.set([{"fault": "mirror_unreachable", "when": {"file": "go"}, "for_s": 0.3}])
        self.faults.booted(struck)
        self.assertFalse(self.faults.cuts_off(struck))
        (self.folder / "go").touch()
        self.until(lambda: self.faults.cuts_off(struck))
        self.until(lambda: not self.faults.cuts_off(struck))

    def test_a_fault_that_is_over_does_not_strike_at_the_next_boot(self) -> None:
        struck = host()
        self.faults.set([{"fault": "mirror_unreachable", "for_s": 0.1}])
        self.faults.booted(struck)
        self.until(lambda: not self.faults.cuts_off(struck))
        self.faults.booted(struck)
        self.assertFalse(self.faults.cuts_off(struck))
