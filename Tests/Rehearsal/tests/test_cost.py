import unittest
from typing import Any

from Rehearsal.cost import bill, cost_usd


def machine(seconds: float, type_: str = "c5.xlarge", role: str = "worker") -> dict[str, Any]:
    return {"seconds": seconds, "type": type_, "region": "us-east-1", "role": role}


class CostTest(unittest.TestCase):
    prices = {"types": {"c5.xlarge": {"usd_per_h": {"us-east-1": 0.36}}}}

    def test_machines_are_paid_by_the_second_and_for_a_minute_at_least(self) -> None:
        self.assertAlmostEqual(cost_usd(machine(7200), self.prices) or 0, 0.72)
        self.assertAlmostEqual(cost_usd(machine(1), self.prices) or 0, 0.006)

    def test_a_type_without_a_price_is_not_free(self) -> None:
        self.assertIsNone(cost_usd(machine(10, "x9.huge"), self.prices))
        self.assertIn("without a price", bill({"machines": [machine(10, "x9.huge")]}))

    def test_the_bill_has_a_line_for_each_role_and_their_sum(self) -> None:
        lines = bill({"machines": [machine(3600), machine(3600), machine(3600, role="client")]}).splitlines()
        self.assertEqual([line.split()[:2] for line in lines], [["1", "client"], ["2", "worker"], ["3", "in"]])
        self.assertIn("10800 machine-seconds", lines[-1])
        self.assertIn("0.5100 USD", lines[-1])
