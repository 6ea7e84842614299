"""The network of a rehearsal: a bridge of its own, on which every machine has the same address for as long as it lives."""

import ipaddress
import random
import threading
from pathlib import Path

from .docker import FOLDER_LABEL, LABEL, DockerFailed, docker

# Of the private 10/8, where Docker does not put networks by itself: one in 256 for each rehearsal.
POOL = ipaddress.ip_network("10.213.0.0/16")
# The first is the host, the second the rehearsal's own services.
SERVICES, FIRST = 2, 10


class Network:
    def __init__(self, rehearsal: str, folder: Path) -> None:
        """Makes it; raises DockerFailed when no range of addresses is free."""
        self.name = f"run_exp-rehearsal-{rehearsal}"
        self._lock = threading.Lock()
        subnets = list(POOL.subnets(new_prefix=24))
        random.shuffle(subnets)
        for subnet in subnets:
            try:
                docker(
                    "network", "create", "--label", f"{LABEL}={rehearsal}", "--label", f"{FOLDER_LABEL}={folder}",
                    "--subnet", str(subnet), "--gateway", str(subnet[1]), "--opt", f"com.docker.network.bridge.name=rh-{rehearsal[:10]}", self.name,
                )  # fmt: skip
            except DockerFailed as failure:
                if "overlaps" not in str(failure) and "conflicts" not in str(failure):
                    raise
                continue
            self._subnet, self._free = subnet, iter(range(FIRST, 250))
            self._returned: list[str] = []
            return
        raise DockerFailed(f"no network of {POOL} is free")

    @property
    def services(self) -> str:
        return str(self._subnet[SERVICES])

    def take(self) -> str:
        """An address nobody has; those given back are taken again last, so that a machine is not taken for one before it."""
        with self._lock:
            number = next(self._free, None)
            if number is not None:
                return str(self._subnet[number])
            if not self._returned:
                raise DockerFailed(f"all addresses of {self._subnet} are taken")
            return self._returned.pop(0)

    def give_back(self, address: str) -> None:
        with self._lock:
            self._returned.append(address)
