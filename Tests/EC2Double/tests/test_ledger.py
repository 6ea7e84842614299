"""The ledger and the endpoints beside the API."""

import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

from EC2Double.signature import Account

from .cloud import CloudTest, client, tags


class LedgerTests(CloudTest):
    def ask(self, path: str, value: dict[str, Any] | None = None) -> Any:
        data = None if value is None else json.dumps(value).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{self.server.url}/_double/{path}", data)) as reply:
            return json.load(reply)

    def test_every_machine_from_its_start_to_its_end(self) -> None:
        one, two = self.run_some(2, ClientToken="t", TagSpecifications=tags("instance", TASK_TYPE="worker"))
        self.ec2.terminate_instances(InstanceIds=[one])
        ledger = self.ask("ledger")
        self.assertEqual(ledger["alive"], [two])
        entry = next(each for each in ledger["machines"] if each["instance"] == one)
        self.assertEqual((entry["token"], entry["role"], entry["type"], entry["zone"]), ("t", "worker", "t3.micro", "us-east-1b"))
        self.assertAlmostEqual(entry["seconds"], entry["end"] - entry["start"], places=2)
        self.double.configure({"lifecycle": {"terminated_visible_s": 0}})
        time.sleep(0.2)
        self.assertEqual(len(self.ask("ledger")["machines"]), 2)

    def test_every_call(self) -> None:
        self.described()
        with self.refused("InvalidGroup.NotFound"):
            self.ec2.describe_security_groups(GroupNames=["x"])
        self.run_some()
        calls = self.ask("calls")
        self.assertEqual([(call["n"], call["action"], call["outcome"], call["effect"]) for call in calls], [
            (1, "DescribeInstances", "ok", False), (2, "DescribeSecurityGroups", "InvalidGroup.NotFound", False), (3, "RunInstances", "ok", True),
        ])  # fmt: skip
        self.assertTrue(all(call["parameters_hash"] and call["client"] and call["seconds"] < 1 for call in calls))

    def test_faults_reset_and_machines_by_http(self) -> None:
        [identifier] = self.run_some()
        self.ask("machine", {"instance": identifier, "state": "terminated"})
        self.until({"terminated"})
        self.assertEqual(self.ask("state")["us-east-1"]["instances"][identifier]["state"], "terminated")
        self.ask("faults", {"rules": [{"fault": "InternalError", "times": 1}]})
        with self.refused("InternalError"):
            self.described()
        self.ask("reset", {})
        self.assertEqual((self.described(), self.ask("ledger")["machines"]), ({}, []))
        for path, value, status in (("faults", {"rules": [{"fault": "x"}]}, 400), ("machine", {"instance": "i-1"}, 400), ("nothing", {}, 404)):
            with self.subTest(path=path), self.assertRaises(urllib.error.HTTPError) as caught:
                self.ask(path, value)
            self.assertEqual(caught.exception.code, status)

    def test_a_barrier_lets_two_go_at_once(self) -> None:
        self.ask("barrier", {"actions": ["CreateSecurityGroup"], "count": 2, "timeout_s": 5})
        outcomes = []

        def create() -> None:
            try:
                client(self.server).create_security_group(GroupName="g", Description="d")
                outcomes.append("made")
            except Exception as error:
                outcomes.append(error.response["Error"]["Code"])

        threads = [threading.Thread(target=create) for _ in range(2)]
        threads[0].start()
        time.sleep(0.3)
        self.assertEqual(outcomes, [])
        threads[1].start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(outcomes), ["InvalidGroup.Duplicate", "made"])


class ProgramTests(unittest.TestCase):
    def test_it_starts_as_a_program(self) -> None:
        folder = Path(__file__).resolve().parents[1]
        with subprocess.Popen([sys.executable, str(folder), "--port", "0", "--seed", "3"], stdout=subprocess.PIPE, text=True) as program:
            try:
                url = program.stdout.readline().split()[-1]
                with urllib.request.urlopen(f"{url}/_double/ledger") as reply:
                    self.assertEqual(json.load(reply)["calls"], 0)
            finally:
                program.terminate()
        self.assertEqual(program.returncode, 0)


    def test_it_speaks_tls_and_ends_with_its_parent(self) -> None:
        folder = Path(__file__).resolve().parents[1]
        with tempfile.TemporaryDirectory() as place:
            certificate, key = Path(place) / "cert.pem", Path(place) / "key.pem"
            request = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"]
            made = subprocess.run([*request, "-addext", "subjectAltName=IP:127.0.0.1", "-out", certificate, "-keyout", key], capture_output=True)
            self.assertEqual(made.returncode, 0, made.stderr)
            started = f"{shlex.quote(sys.executable)} {shlex.quote(str(folder))} --with-parent --certificate {certificate} --key {key} & sleep 30 & wait"
            parent = subprocess.Popen(["sh", "-c", started], stdout=subprocess.PIPE, text=True, start_new_session=True)
            try:
                url = parent.stdout.readline().split()[-1]
                ec2 = boto3.client(
                    "ec2", region_name="us-east-1", endpoint_url=url, verify=str(certificate), config=Config(retries={"total_max_attempts": 1}),
                    aws_access_key_id=Account.access_key, aws_secret_access_key=Account.secret_key,
                )  # fmt: skip
                self.assertEqual(len(ec2.describe_availability_zones()["AvailabilityZones"]), 6)
                parent.kill()
                parent.wait()
                with self.assertRaises(EndpointConnectionError):
                    for _ in range(100):
                        # It may end in the middle of a reply.
                        with contextlib.suppress(ConnectionClosedError, ReadTimeoutError):
                            ec2.describe_availability_zones()
                        time.sleep(0.05)
            finally:
                os.killpg(parent.pid, signal.SIGKILL)
                parent.stdout.close()


if __name__ == "__main__":
    unittest.main()
