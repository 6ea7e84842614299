"""A whole rehearsal cloud: network, services, machines, and the double of EC2 in front."""

import json
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from EC2Double.double import Double
from EC2Double.faults import Faults
from EC2Double.instances import Instance
from EC2Double.server import Server

from .containers import ContainerMachines
from .docker import Deaths, remove_all
from .faults import HostFaults
from .network import Network
from .place import CACHE, Place
from .services import Metadata, Mirror, Services

# How often the file of faults is looked at.
LOOK_S = 0.2


@dataclass(frozen=True)
class Settings:
    image: str
    # The image of the rehearsal's own services, which needs Python.
    services_image: str
    user: str = "admin"
    seed: int = 0
    time_scale: float = 5.0
    faults: Path | None = None
    port: int = 0


class Cloud:
    def __init__(self, place: Place, settings: Settings) -> None:
        """Starts it; raises DockerFailed, and leaves nothing then."""
        self.place = place
        self.host_faults = HostFaults(settings.faults.parent if settings.faults else None)
        try:
            self.network = Network(place.id, place.folder)
            self.machines = ContainerMachines(place.id, self.network, settings.image, settings.user, self.host_faults)
            metadata, mirror = Metadata(self.instance_at), Mirror(CACHE / "rehearsal-packages", self._cut_off)
            self.services = Services(place.id, self.network, settings.services_image, place.sockets, metadata, mirror)
        except Exception:
            remove_all(place.id)
            raise
        self.double = Double(seed=settings.seed, time_scale=settings.time_scale, ledger_path=place.folder / "ledger.jsonl", machines=self.machines)
        self.host_faults.on_death = lambda host, reason: self.double.machine_ended(host.instance.id, reason)
        self._file = Faults(path=settings.faults)
        self._stopped = threading.Event()
        self._read_faults()
        self._deaths = Deaths(place.id)
        for step in (self._watch_faults, self._watch_machines):
            threading.Thread(target=step, name=step.__name__, daemon=True).start()
        self.server = Server(self.double, settings.port).start()

    def instance_at(self, address: str) -> Instance | None:
        host = self.machines.host_at(address)
        return host.instance if host else None

    def stop(self) -> None:
        """Ends all machines and removes everything."""
        self._stopped.set()
        self.server.stop()
        self._deaths.close()
        self.services.stop()
        remove_all(self.place.id)

    def _cut_off(self, address: str) -> bool:
        host = self.machines.host_at(address)
        return host is not None and self.host_faults.cuts_off(host)

    # What happens by itself.

    def _watch_machines(self) -> None:
        for name, status in self._deaths:
            instance = self.machines.died(name, status)
            if instance:
                self.double.machine_ended(instance.id)

    def _watch_faults(self) -> None:
        while not self._stopped.wait(LOOK_S):
            self._read_faults()

    def _read_faults(self) -> None:
        """A file that is wrong, or only half written, changes nothing."""
        try:
            content: dict[str, Any] | None = self._file.reread()
            if content is not None:
                self.host_faults.set(content.pop("hosts", []))
                self.double.configure(content)
        except (ValueError, TypeError, AttributeError) as error:
            print(f"rehearsal: {self._file.path}: {error}; the faults before hold on", file=sys.stderr, flush=True)


def description(cloud: Cloud) -> str:
    """What the process of a cloud tells those who use it."""
    account = cloud.double.account
    home = cloud.place.home
    environment = {
        "AWS_ENDPOINT_URL": cloud.server.url, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": account.access_key,
        "AWS_SECRET_ACCESS_KEY": account.secret_key, "HOME": str(home), "XDG_STATE_HOME": str(home / ".local/state"),
        "RUN_EXP_CACHE": str(CACHE),
    }  # fmt: skip
    return json.dumps({"id": cloud.place.id, "url": cloud.server.url, "environment": environment}, indent=1)
