"""Machines that are containers: booted by machine/init, with sshd and, once it has been installed there, a Docker of their own."""

import base64
import io
import sys
import tarfile
import threading
from dataclasses import dataclass, field
from pathlib import Path

from EC2Double.instances import Instance
from EC2Double.machines import Addresses, MachineFailed

from .docker import LABEL, DockerFailed, docker
from .faults import HostFaults
from .network import Network

PARTS = Path(__file__).resolve().parent / "machine"
# Where the parts are in a machine; init is what the container starts.
PLACES = {
    "init": "usr/local/sbin/rehearsed-init",
    "rehearsed-services": "usr/local/sbin/rehearsed-services",
    "systemctl": "usr/local/bin/systemctl",
    "cloud-init": "usr/local/bin/cloud-init",
    "shutdown": "usr/local/sbin/shutdown",
    "service": "usr/local/sbin/service",
    "policy-rc.d": "usr/sbin/policy-rc.d",
}
LINKS = {f"usr/local/sbin/{name}": "shutdown" for name in ("reboot", "poweroff", "halt")}
SEED = "var/lib/cloud/seed/rehearsal"
# What a dockerd inside needs. All of --privileged that a container may be given where the host is a container itself.
CAPABILITIES = (
    "SYS_ADMIN", "NET_ADMIN", "NET_RAW", "SYS_PTRACE", "MKNOD", "DAC_READ_SEARCH", "SYS_CHROOT", "SYS_MODULE", "IPC_LOCK", "SYSLOG",
    "LINUX_IMMUTABLE", "SYS_NICE",
)  # fmt: skip
# init's exit status when it is to be booted again.
REBOOT = 77


@dataclass(eq=False)
class Host:
    """A machine: its instance, its container's name, and its place among those of its role."""

    instance: Instance
    name: str
    address: str
    role: str
    number: int
    boots: int = 0
    # Whether its end has been ordered; else it ended by itself.
    ending: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


class ContainerMachines:
    """`Machines` for EC2Double. `on_end` is told the instance's id when a machine has ended by itself."""

    def __init__(self, rehearsal: str, network: Network, image: str, user: str, faults: HostFaults) -> None:
        self.rehearsal, self.network, self.image, self.user, self.faults = rehearsal, network, image, user, faults
        self.hosts: dict[str, Host] = {}
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()

    # The seam.

    def started(self, instance: Instance) -> Addresses:
        try:
            host = self.hosts.get(instance.id) or self._make(instance)
            self._boot(host)
        except DockerFailed as failure:
            print(f"rehearsal: {instance.id} did not start: {failure}", file=sys.stderr, flush=True)
            raise MachineFailed(str(failure)) from failure
        return Addresses(host.address, host.address)

    def stopped(self, instance: Instance) -> None:
        host = self.hosts[instance.id]
        with host.lock:
            host.ending = True
            self.faults.left(host)
            docker("stop", "--time", "10", host.name)

    def rebooted(self, instance: Instance) -> None:
        host = self.hosts.get(instance.id)
        if host and not host.ending:
            docker("exec", host.name, "reboot")

    def terminated(self, instance: Instance) -> None:
        host = self.hosts.get(instance.id)
        if host is None:
            return
        with host.lock:
            host.ending = True
            self.faults.left(host)
            try:
                docker("stop", "--time", "5", host.name)
                docker("rm", "--force", "--volumes", host.name)
            except DockerFailed as failure:
                print(f"rehearsal: {instance.id} was not removed: {failure}", file=sys.stderr, flush=True)
            self.network.give_back(host.address)

    def host_at(self, address: str) -> Host | None:
        """The machine that has this address now."""
        return next((host for host in list(self.hosts.values()) if host.address == address and host.instance.exists), None)

    # What happens without being asked for.

    def died(self, name: str, status: int) -> Instance | None:
        """The container of this name has ended; returns the instance if it is to be counted as ended by itself."""
        host = next((host for host in list(self.hosts.values()) if host.name == name), None)
        if host is None or host.ending:
            return None
        if status == REBOOT:
            self._boot(host)
            return None
        return host.instance

    # Steps.

    def _make(self, instance: Instance) -> Host:
        role = instance.tags.get("TASK_TYPE", "machine")
        with self._lock:
            number = self._counts.get(role, 0)
            self._counts[role] = number + 1
        host = Host(instance, f"run_exp-rehearsal-{self.rehearsal}-{role}-{number}", self.network.take(), role, number)
        docker(
            "create", "--name", host.name, "--label", f"{LABEL}={self.rehearsal}", "--hostname", f"ip-{host.address.replace('.', '-')}",
            "--network", self.network.name, "--ip", host.address, "--tmpfs", "/run:exec",
            *(option for capability in CAPABILITIES for option in ("--cap-add", capability)),
            "--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined", "--device-cgroup-rule", "a *:* rwm",
            "--volume", "/sys/fs/cgroup:/sys/fs/cgroup:rw", "--volume", "/var/lib/docker",
            "--entrypoint", f"/{PLACES['init']}", self.image,
        )  # fmt: skip
        self.hosts[instance.id] = host
        return host

    def _boot(self, host: Host) -> None:
        with host.lock:
            host.ending = False
            docker("cp", "-", f"{host.name}:/", stdin=self._parts(host))
            docker("start", host.name)
            host.boots += 1
        self.faults.booted(host)

    def _parts(self, host: Host) -> bytes:
        """A tar of all that a machine is told and all that makes it boot."""
        instance = host.instance
        seed = {
            "instance-id": instance.id, "role": host.role, "user": self.user, "public-key": instance.public_key, "services": self.network.services,
            "faults": "\n".join(self.faults.at_boot(host)), "user-data": base64.b64decode(instance.user_data or "").decode(),
        }  # fmt: skip
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            for name, place in PLACES.items():
                _add(tar, place, (PARTS / name).read_bytes(), 0o755)
            for place, target in LINKS.items():
                link = tarfile.TarInfo(place)
                link.type, link.linkname = tarfile.SYMTYPE, target
                tar.addfile(link)
            for name, content in seed.items():
                _add(tar, f"{SEED}/{name}", content.encode() + b"\n" if content else b"", 0o600)
        return buffer.getvalue()


def _add(tar: tarfile.TarFile, place: str, content: bytes, mode: int) -> None:
    file = tarfile.TarInfo(place)
    file.size, file.mode = len(content), mode
    tar.addfile(file, io.BytesIO(content))
