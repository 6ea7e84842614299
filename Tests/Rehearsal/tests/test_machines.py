"""Machines that boot. A cloud for each class, since one takes seconds."""

import os
import subprocess
import tempfile
import time
import unittest
from collections.abc import Callable
from pathlib import Path
from typing import Any

from EC2Double.tests.cloud import IMAGE, ZONE, client, tags
from Rehearsal import docker
from Rehearsal.cloud import Cloud, Settings
from Rehearsal.image import stock_image
from Rehearsal.place import Place

REASON = docker.unavailable()
EXPIRES = "run_exp:expires"
OPTIONS = {
    "StrictHostKeyChecking": "no", "LogLevel": "ERROR", "BatchMode": "yes", "IdentitiesOnly": "yes",
    # A machine that falls silent is noticed.
    "ConnectTimeout": 3, "ServerAliveInterval": 1, "ServerAliveCountMax": 3,
}  # fmt: skip
SSH = [f"-o{name}={value}" for name, value in OPTIONS.items()]
USER_DATA = "#!/bin/sh\nset -eu\nid -u >>/var/lib/user-data-ran\n"


def setUpModule() -> None:
    if REASON and os.environ.get("REQUIRE_DOCKER") != "1":
        raise unittest.SkipTest(f"SKIPPED, no machine can be booted: {REASON}")
    assert REASON is None, REASON


class MachineTest(unittest.TestCase):
    roles: dict[str, int] = {}
    faults = "{}"

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory(prefix="rehearsal-test-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.fault_file = cls.folder / "faults.json"
        cls.fault_file.write_text(cls.faults)
        cls.place = Place(cls.folder / f"t{os.getpid():x}{cls.__name__[:4].lower()}")
        cls.place.make()
        cls.addClassCleanup(cls.place.remove)
        image = stock_image()
        cls.cloud = Cloud(cls.place, Settings(image, image, time_scale=50, faults=cls.fault_file))
        cls.addClassCleanup(cls.cloud.stop)
        cls.key = cls.folder / "key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", cls.key], check=True, capture_output=True)
        cls.ec2 = client(cls.cloud.server)
        cls.ec2.import_key_pair(KeyName="key", PublicKeyMaterial=cls.key.with_suffix(".pub").read_bytes())
        cls.ids = {f"{role}-{number}": id_ for role, count in cls.roles.items() for number, id_ in enumerate(cls.launched(role, count))}
        for name in cls.ids:
            cls.until(lambda name=name: cls.state(name) == "running", f"{name} runs")

    @classmethod
    def launched(cls, role: str, count: int) -> list[str]:
        specification = tags("instance", TASK_TYPE=role, **{EXPIRES: "2099-01-01T00:00:00Z"})
        reply = cls.ec2.run_instances(
            ImageId=IMAGE, InstanceType="t3.micro", MinCount=count, MaxCount=count, Placement={"AvailabilityZone": ZONE}, KeyName="key",
            UserData=USER_DATA, TagSpecifications=specification, InstanceInitiatedShutdownBehavior="terminate",
            MetadataOptions={"HttpTokens": "required", "InstanceMetadataTags": "enabled"},
        )  # fmt: skip
        ids = [each["InstanceId"] for each in reply["Instances"]]
        # Machines of one call boot at once; which is which is known when they have.
        cls.until(lambda: all(each in cls.cloud.machines.hosts for each in ids), f"{role} exists")
        return sorted(ids, key=lambda each: cls.cloud.machines.hosts[each].number)

    @classmethod
    def until(cls, condition: Callable[[], bool], what: str, patience_s: float = 60) -> None:
        end = time.monotonic() + patience_s
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"not within {patience_s:.0f} s: {what}")
            time.sleep(0.1)

    @classmethod
    def described(cls, name: str) -> dict[str, Any]:
        return cls.ec2.describe_instances(InstanceIds=[cls.ids[name]])["Reservations"][0]["Instances"][0]

    @classmethod
    def state(cls, name: str) -> str:
        return cls.described(name)["State"]["Name"]

    @classmethod
    def ssh(cls, name: str, command: str, hosts: Path = Path("/dev/null"), timeout: float = 120) -> subprocess.CompletedProcess:
        address = cls.described(name)["PublicIpAddress"]
        place = ["-i", str(cls.key), "-o", f"UserKnownHostsFile={hosts}", f"admin@{address}"]
        return subprocess.run(["ssh", *SSH, *place, command], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout)

    @classmethod
    def up(cls, name: str) -> None:
        cls.until(lambda: cls.ssh(name, "test -e /run/boot-finished").returncode == 0, f"{name} has booted")

    def said(self, name: str, command: str) -> str:
        done = self.ssh(name, command)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()


class LifeOfMachines(MachineTest):
    roles = {"worker": 2, "client": 3}

    def test_a_stock_machine_has_sudo_and_neither_docker_nor_rsync(self) -> None:
        self.up("worker-0")
        self.assertEqual(self.said("worker-0", "sudo -n id -u; command -v docker rsync || true"), "0")

    def test_the_user_data_has_run_once_as_root(self) -> None:
        self.up("worker-0")
        self.assertEqual(self.said("worker-0", "cat /var/lib/user-data-ran"), "0")

    def test_only_the_key_of_the_launch_is_let_in(self) -> None:
        self.up("worker-0")
        self.assertEqual(self.said("worker-0", "cut -d ' ' -f 2 ~/.ssh/authorized_keys"), self.key.with_suffix(".pub").read_text().split()[1])

    def test_machines_reach_each_other_by_address(self) -> None:
        self.up("worker-0")
        self.up("worker-1")
        address = self.described("worker-0")["PrivateIpAddress"]
        self.assertEqual(self.said("worker-1", f"timeout 5 bash -c 'head -c 3 </dev/tcp/{address}/22'"), "SSH")

    def test_a_machine_sees_its_tags_as_they_are_now(self) -> None:
        self.up("worker-0")
        self.ec2.create_tags(Resources=[self.ids["worker-0"]], Tags=[{"Key": EXPIRES, "Value": "2098-02-03T04:05:06Z"}])
        asked = (
            "python3 -c \"from urllib.request import Request as R, urlopen as o; u = 'http://169.254.169.254/latest/'; "
            "t = o(R(u + 'api/token', method='PUT', headers={'X-aws-ec2-metadata-token-ttl-seconds': '9'})).read().decode(); "
            f"print(o(R(u + 'meta-data/tags/instance/{EXPIRES}', headers={{'X-aws-ec2-metadata-token': t}})).read().decode())\""
        )
        self.assertEqual(self.said("worker-0", asked), "2098-02-03T04:05:06Z")

    def test_a_machine_that_shuts_down_is_terminated(self) -> None:
        self.up("client-0")
        self.ssh("client-0", "sudo shutdown -h now")
        self.until(lambda: self.state("client-0") == "terminated", "client-0 is terminated")

    def test_a_reboot_keeps_address_disk_and_host_key_and_is_another_boot(self) -> None:
        self.up("client-1")
        before = self.described("client-1")["PublicIpAddress"]
        known = self.folder / "known"
        boot = self.ssh("client-1", "touch kept; cat /proc/sys/kernel/random/boot_id", known).stdout
        self.ec2.reboot_instances(InstanceIds=[self.ids["client-1"]])

        def rebooted() -> bool:
            done = self.ssh("client-1", "test -e kept && cat /proc/sys/kernel/random/boot_id", known)
            return done.returncode == 0 and done.stdout != boot

        self.until(rebooted, "client-1 has booted again, with the same host key")
        self.assertEqual(self.said("client-1", "cat /var/lib/user-data-ran"), "0")
        self.assertEqual((self.state("client-1"), self.described("client-1")["PublicIpAddress"]), ("running", before))

    def test_a_machine_that_was_stopped_starts_with_its_disk(self) -> None:
        self.up("client-2")
        self.said("client-2", "touch kept; sync")
        self.ec2.stop_instances(InstanceIds=[self.ids["client-2"]])
        self.until(lambda: self.state("client-2") == "stopped", "client-2 is stopped")
        self.ec2.start_instances(InstanceIds=[self.ids["client-2"]])
        self.until(lambda: self.state("client-2") == "running", "client-2 runs")
        self.up("client-2")
        self.said("client-2", "test -e kept")

    def test_docker_installed_in_a_machine_runs_containers_there(self) -> None:
        self.up("worker-1")
        self.said("worker-1", "sudo apt-get update && sudo DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends docker.io iptables")
        self.assertEqual(self.said("worker-1", "systemctl is-active docker"), "active")
        # An image of one program.
        making = "tar -C / -ch usr/bin/hostname $(ldd /usr/bin/hostname | grep -o '/[^ ]*') 2>/dev/null | sudo docker import - small"
        self.said("worker-1", making)
        self.assertEqual(self.said("worker-1", "sudo docker run --rm --network host --memory 50m small /usr/bin/hostname"), self.said("worker-1", "hostname"))


class Faults(MachineTest):
    roles = {"worker": 3}
    faults = '{"hosts": [{"fault": "sshd_never_up", "number": 0}, {"fault": "no_sudo", "number": 1}, {"fault": "no_systemd", "number": 1}]}'

    def rules(self, text: str) -> None:
        self.fault_file.write_text(text)

    def test_faults_at_boot_hold_until_they_are_taken_back(self) -> None:
        self.up("worker-1")
        self.assertIn("refused", self.ssh("worker-0", "true").stderr)
        self.assertEqual([self.ssh("worker-1", command).returncode for command in ("sudo -n true", "systemctl is-enabled docker")], [127, 127])
        self.rules('{"hosts": []}')
        self.up("worker-0")
        self.until(lambda: self.ssh("worker-1", "sudo -n true").returncode == 0, "sudo is back")
        self.until(lambda: self.ssh("worker-1", "systemctl is-enabled docker").returncode != 127, "systemctl is back")

    def test_machines_that_run_are_struck_and_recover(self) -> None:
        self.up("worker-2")
        self.rules('{"hosts": [{"fault": "disk_full", "number": 2}]}')
        fill = "file=$(mktemp -p .) && dd if=/dev/zero of=$file bs=1M count=2; status=$?; rm -f $file; exit $status"
        self.until(lambda: "No space left" in self.ssh("worker-2", fill).stderr, "the disk is full")
        self.rules('{"hosts": []}')
        self.until(lambda: self.ssh("worker-2", fill).returncode == 0, "there is room again")
        self.rules('{"hosts": [{"fault": "apt_locked", "number": 2}]}')
        self.until(lambda: "lock" in self.ssh("worker-2", "sudo apt-get install -y rsync").stderr, "apt is locked")
        self.rules('{"hosts": [{"fault": "mirror_unreachable", "number": 2}]}')
        self.until(lambda: "Failed to fetch" in self.ssh("worker-2", "sudo apt-get -o Acquire::Retries=0 update").stderr, "the mirror is away")
        self.rules('{"hosts": [{"fault": "paused", "number": 2}]}')
        self.until(lambda: self.ssh("worker-2", "true").returncode != 0, "worker-2 is paused")
        self.rules('{"hosts": []}')
        self.until(lambda: self.ssh("worker-2", "true").returncode == 0, "worker-2 goes on")
        known = self.folder / "known-2"
        self.ssh("worker-2", "true", known)
        before = known.read_text()
        self.rules('{"hosts": [{"fault": "host_key_changes", "number": 2, "when": {"machine_file": "/tmp/go"}}]}')
        self.ssh("worker-2", "touch /tmp/go")

        def changed() -> bool:
            known.unlink(missing_ok=True)
            return self.ssh("worker-2", "true", known).returncode == 0 and known.read_text() != before

        self.until(changed, "the host key is another one")
        self.rules('{"hosts": [{"fault": "dies", "number": 2}]}')
        self.until(lambda: self.state("worker-2") == "terminated", "worker-2 has died")
        self.assertEqual(self.described("worker-2")["StateReason"]["Code"], "Server.InternalError")


class NothingIsLeft(MachineTest):
    roles = {"worker": 1}

    def test_what_a_cloud_has_made_goes_with_it(self) -> None:
        self.assertTrue(docker.containers(self.place.id))
        self.cloud.stop()
        self.assertEqual((docker.containers(self.place.id), docker.networks(self.place.id)), ([], []))
