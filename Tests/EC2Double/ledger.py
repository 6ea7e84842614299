"""What happened: every call, and every machine from its creation to its end. Never shortened by what the API forgets."""

import hashlib
import json
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

# Outcomes of a call that got no answer from EC2 itself.
LOST_REQUEST, LOST_REPLY, DROPPED = "lost request", "lost reply", "dropped"


@dataclass
class Call:
    """One request as the double saw it."""

    n: int
    time: float
    action: str
    client: str
    parameters: dict[str, str]
    request_id: str
    region: str = ""
    mutating: bool = False
    # `ok`, an error's code, or one of the above.
    outcome: str = ""
    status: int = 0
    # Whether it changed what exists, whatever was answered.
    effect: bool = False
    seconds: float = 0.0

    def public(self) -> dict[str, Any]:
        hashed = hashlib.sha256(json.dumps(self.parameters, sort_keys=True).encode()).hexdigest()[:16]
        return {**asdict(self), "parameters_hash": hashed}


@dataclass
class MachineRecord:
    """A machine as it will be paid for: from `start` to `end`, which is when its termination was ordered."""

    instance: str
    region: str
    zone: str
    type: str
    token: str | None
    group_ids: list[str]
    tags: dict[str, str]
    call: int
    start: float
    end: float | None = None
    state: str = "pending"
    reason: str = ""

    def public(self, now: float) -> dict[str, Any]:
        return {**asdict(self), "seconds": round((self.end or now) - self.start, 3), "role": self.tags.get("TASK_TYPE")}


class Ledger:
    """Kept in memory; with a path also a JSON line an event, so that it survives the double."""

    def __init__(self, path: Path | None = None) -> None:
        self.calls: list[Call] = []
        self.machines: dict[str, MachineRecord] = {}
        self._lock = threading.Lock()
        self._file = path.open("a", buffering=1) if path else None

    def called(self, call: Call) -> None:
        with self._lock:
            self.calls.append(call)

    def answered(self, call: Call) -> None:
        self._write({"call": call.public()})

    def created(self, record: MachineRecord) -> None:
        self.machines[record.instance] = record
        self._write({"created": asdict(record)})

    def changed(self, record: MachineRecord, state: str, time: float) -> None:
        record.state = state
        if record.end is None and state in ("shutting-down", "terminated"):
            record.end = time
        self._write({"machine": record.instance, "state": state, "time": time})

    def alive(self) -> list[MachineRecord]:
        """Machines somebody pays for."""
        return [record for record in list(self.machines.values()) if record.end is None]

    def public(self, now: float) -> dict[str, Any]:
        machines = [record.public(now) for record in list(self.machines.values())]
        return {
            "machines": machines,
            "alive": [record.instance for record in self.alive()],
            "machine_seconds": round(sum(machine["seconds"] for machine in machines), 3),
            "calls": len(self.calls),
        }

    def clear(self) -> None:
        with self._lock:
            self.calls.clear()
        self.machines.clear()

    def close(self) -> None:
        if self._file:
            self._file.close()
            self._file = None

    def _write(self, event: dict[str, Any]) -> None:
        if self._file:
            self._file.write(json.dumps(event) + "\n")
