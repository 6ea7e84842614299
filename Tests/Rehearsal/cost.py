"""What the machines of a ledger would have cost at Amazon."""

from pathlib import Path
from typing import Any

import yaml

PRICES = Path(__file__).resolve().parents[2] / "run/prices.yml"


def cost_usd(machine: dict[str, Any], prices: dict[str, Any]) -> float | None:
    """Of one machine of the ledger, by the second and for a minute at least; None where no price is known."""
    price = prices["types"].get(machine["type"], {}).get("usd_per_h", {}).get(machine["region"])
    return None if price is None else max(machine["seconds"], 60.0) * price / 3600


def bill(ledger: dict[str, Any]) -> str:
    """A line for each role and type, and their sum."""
    prices = yaml.safe_load(PRICES.read_text())
    kinds: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for machine in ledger["machines"]:
        kinds.setdefault((machine["role"] or "-", machine["type"]), []).append(machine)
    rows, total, unknown = [], 0.0, False
    for (role, kind), machines in sorted(kinds.items()):
        costs = [cost_usd(machine, prices) for machine in machines]
        known = [cost for cost in costs if cost is not None]
        unknown |= len(known) < len(costs)
        total += sum(known)
        price = f"{sum(known):9.4f} USD" if len(known) == len(costs) else "  no known price"
        rows.append(f"  {len(machines):3} {role:12} {kind:14} {sum(machine['seconds'] for machine in machines):9.0f} machine-seconds {price}")
    seconds = sum(machine["seconds"] for machine in ledger["machines"])
    rows.append(f"  {len(ledger['machines']):3} {'in all':27} {seconds:9.0f} machine-seconds {total:9.4f} USD{' and those without a price' if unknown else ''}")
    return "\n".join(rows)
