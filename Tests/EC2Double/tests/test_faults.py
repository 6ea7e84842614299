"""Every fault, switched on while the double runs."""

import contextlib
import io
import json
import os
import tempfile
import threading
import time
import unittest
from pathlib import Path

from botocore.exceptions import ConnectionClosedError, HTTPClientError

from EC2Double.double import Double
from EC2Double.machines import Addresses, MachineFailed
from EC2Double.server import Server

from .cloud import KEY, ZONE, CloudTest, client, tags


class CallFaultTests(CloudTest):
    def test_a_lost_reply_took_effect(self) -> None:
        self.rules({"fault": "lost_reply", "actions": ["RunInstances"], "times": 1})
        with self.assertRaises((ConnectionClosedError, HTTPClientError)):
            self.run_some(2, ClientToken="t")
        self.assertEqual(len(self.described()), 2)
        self.assertEqual(len(self.run_some(2, ClientToken="t")), 2)
        self.assertEqual(len(self.double.ledger.machines), 2)
        lost = next(call for call in self.double.ledger.calls if call.action == "RunInstances")
        self.assertEqual((lost.outcome, lost.effect), ("lost reply", True))

    def test_a_lost_request_did_not(self) -> None:
        self.rules({"fault": "lost_request", "actions": ["RunInstances"], "times": 1})
        with self.assertRaises((ConnectionClosedError, HTTPClientError)):
            self.run_some()
        self.assertEqual(self.described(), {})

    def test_errors_of_the_service(self) -> None:
        for fault, status in (("RequestLimitExceeded", 503), ("InternalError", 500), ("Unavailable", 503), ("AuthFailure", 401), ("ExpiredToken", 403), ("RequestExpired", 400)):
            self.rules({"fault": fault, "actions": ["DescribeInstances"], "times": 1})
            with self.subTest(fault=fault), self.refused(fault, status):
                self.described()
            self.described()
        self.rules({"fault": "error", "code": "OptInRequired", "status": 401, "message": "You are not subscribed"})
        with self.refused("OptInRequired", 401, "subscribed"):
            self.described()

    def test_a_probability_is_kept_and_replayed(self) -> None:
        def outcomes() -> list[str]:
            self.double.ledger.clear()
            self.rules({"fault": "RequestLimitExceeded", "probability": 0.3})
            for _ in range(100):
                try:
                    self.described()
                except Exception:
                    pass
            return [call.outcome for call in self.double.ledger.calls]

        first = outcomes()
        self.assertTrue(15 <= first.count("RequestLimitExceeded") <= 45)
        self.assertEqual(outcomes(), first)

    def test_slow_replies(self) -> None:
        self.rules({"fault": "delay", "seconds": 20}, {"fault": "delay_reply", "seconds": 10})
        before = time.monotonic()
        self.described()
        self.assertGreaterEqual(time.monotonic() - before, 0.3)

    def test_capacity_of_a_zone_and_a_type(self) -> None:
        self.rules({"fault": "InsufficientInstanceCapacity", "zones": [ZONE], "types": ["t3.*"]})
        with self.refused("InsufficientInstanceCapacity", 500, ZONE):
            self.run_some()
        self.run_some(Placement={"AvailabilityZone": "us-east-1c"})
        self.run_some(InstanceType="g4dn.xlarge")
        self.rules()
        stopped = self.run_some()
        self.until({"running"})
        self.ec2.stop_instances(InstanceIds=stopped)
        self.until({"running", "stopped"})
        self.rules({"fault": "InsufficientInstanceCapacity", "actions": ["StartInstances"]})
        with self.refused("InsufficientInstanceCapacity"):
            self.ec2.start_instances(InstanceIds=stopped)

    def test_quotas(self) -> None:
        self.rules({"fault": "VcpuLimitExceeded", "limit": 8}, {"fault": "InstanceLimitExceeded", "limit": 3, "types": ["t3.micro"]})
        self.run_some(2, InstanceType="g4dn.xlarge")
        with self.refused("VcpuLimitExceeded", 400, "your current vCPU limit of 8 allows for the instance bucket"):
            self.run_some(1, InstanceType="g4dn.xlarge")
        self.run_some(3)
        with self.refused("InstanceLimitExceeded", 400, "(4)"):
            self.run_some(1)

    def test_unknown_faults_are_refused(self) -> None:
        for content in ({"rules": [{"fault": "typo"}]}, {"rules": [{"fault": "delay", "second": 1}]}, {"ruels": []}, {"lifecycle": {"pending": 1}}):
            with self.subTest(content=content), self.assertRaises(ValueError):
                self.double.configure(content)


class ThingFaultTests(CloudTest):
    def test_instances_are_invisible_for_a_while(self) -> None:
        self.rules({"fault": "invisible", "resources": ["instance"], "seconds": 30})
        [identifier] = self.run_some()
        self.assertEqual(self.described(), {})
        for call in (self.ec2.describe_instances, self.ec2.terminate_instances, self.ec2.start_instances):
            with self.refused("InvalidInstanceID.NotFound"):
                call(InstanceIds=[identifier])
        with self.refused("InvalidInstanceID.NotFound"):
            self.ec2.create_tags(Resources=[identifier], Tags=[{"Key": "a", "Value": "b"}])
        self.double.clock.sleep(31)
        self.assertEqual(list(self.described()), [identifier])

    def test_tags_come_late(self) -> None:
        self.rules({"fault": "invisible", "resources": ["instance-tags"], "seconds": 30})
        self.run_some(TagSpecifications=tags("instance", EXP_ID="a"))
        filters = [{"Name": "tag:EXP_ID", "Values": ["a"]}]
        self.assertEqual((len(self.described()), len(self.described(Filters=filters))), (1, 0))
        self.double.clock.sleep(31)
        self.assertEqual(len(self.described(Filters=filters)), 1)

    def test_a_group_is_taken_before_it_is_seen(self) -> None:
        self.rules({"fault": "invisible", "resources": ["group", "key"], "seconds": 30})
        identifier = self.ec2.create_security_group(GroupName="g", Description="d")["GroupId"]
        self.ec2.import_key_pair(KeyName="k", PublicKeyMaterial=KEY)
        for call in (lambda: self.run_some(SecurityGroupIds=[identifier]), lambda: self.ec2.describe_security_groups(GroupNames=["g"])):
            with self.refused("InvalidGroup.NotFound"):
                call()
        with self.refused("InvalidGroup.Duplicate"):
            self.ec2.create_security_group(GroupName="g", Description="d")
        with self.refused("InvalidKeyPair.NotFound"):
            self.run_some(KeyName="k")
        with self.refused("InvalidKeyPair.Duplicate"):
            self.ec2.import_key_pair(KeyName="k", PublicKeyMaterial=KEY)
        self.double.clock.sleep(31)
        self.run_some(SecurityGroupIds=[identifier], KeyName="k")

    def test_machines_that_die_pending(self) -> None:
        self.rules({"fault": "dies", "seconds": 2, "reason": "Client.VolumeLimitExceeded", "times": 1})
        [dying], [well] = self.run_some(), self.run_some()
        self.until({"terminated", "running"})
        reason = self.described()[dying]["StateReason"]
        self.assertEqual(reason, {"Code": "Client.VolumeLimitExceeded", "Message": "Client.VolumeLimitExceeded: Volume limit exceeded"})
        self.assertNotIn("StateReason", self.described()[well])
        self.assertIsNotNone(self.double.ledger.machines[dying].end)

    def test_machines_that_are_slow_or_never_run(self) -> None:
        self.rules({"fault": "slow_pending", "seconds": 60, "times": 1}, {"fault": "never_runs", "after": 1, "times": 1})
        self.run_some(3)
        self.until({"pending", "running"})
        self.assertEqual(sum(each["State"]["Name"] == "pending" for each in self.described().values()), 2)
        self.double.clock.sleep(60)
        self.assertEqual(sum(each["State"]["Name"] == "pending" for each in self.described().values()), 1)


class FileTests(unittest.TestCase):
    def test_a_file_of_faults_is_read_again(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "faults.json"
            double = Double(faults_path=path, ledger_path=Path(folder) / "ledger")
            server = Server(double).start()
            self.addCleanup(server.stop)
            ec2 = client(server)
            ec2.describe_instances()
            path.write_text(json.dumps({"time_scale": 50, "rules": [{"fault": "InternalError"}]}))
            with self.assertRaisesRegex(Exception, "InternalError"):
                ec2.describe_instances()
            path.write_text('{"rules": [')
            with self.assertRaisesRegex(Exception, "InternalError"), contextlib.redirect_stderr(io.StringIO()) as said:
                ec2.describe_instances()
            self.assertIn("the faults before hold on", said.getvalue())
            path.write_text(json.dumps({"rules": []}))
            os.utime(path, ns=(1, 1))
            ec2.describe_instances()
            self.assertEqual(double.clock.time_scale, 50)
            double.ledger.close()
            lines = [json.loads(line) for line in (Path(folder) / "ledger").read_text().splitlines()]
            self.assertEqual([line["call"]["outcome"] for line in lines], ["ok", "InternalError", "InternalError", "ok"])


class Containers:
    """Machines that take their time and note what is asked of them."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str]] = []
        self.booting = threading.Event()

    def started(self, instance) -> Addresses:  # noqa: ANN001
        self.booting.wait(5)
        self.events.append(("started", instance.id))
        if instance.type == "t3.small":
            raise MachineFailed("no such image")
        return Addresses("10.0.0.5", "127.0.0.5")

    def stopped(self, instance) -> None:  # noqa: ANN001
        self.events.append(("stopped", instance.id))

    def terminated(self, instance) -> None:  # noqa: ANN001
        self.events.append(("terminated", instance.id))


class MachineTests(CloudTest):
    def setUp(self) -> None:
        super().setUp()
        self.double.machines = self.machines = Containers()

    def test_an_instance_runs_when_its_machine_does(self) -> None:
        [identifier] = self.run_some()
        self.double.clock.sleep(30)
        self.assertEqual(self.states(), {"pending"})
        self.machines.booting.set()
        self.until({"running"})
        instance = self.described()[identifier]
        self.assertEqual((instance["PrivateIpAddress"], instance["PublicIpAddress"]), ("10.0.0.5", "127.0.0.5"))
        self.ec2.stop_instances(InstanceIds=[identifier])
        self.until({"stopped"})
        self.ec2.start_instances(InstanceIds=[identifier])
        self.until({"running"})
        self.ec2.terminate_instances(InstanceIds=[identifier])
        self.until({"terminated"})
        self.assertEqual([event for event, _ in self.machines.events], ["started", "stopped", "started", "terminated"])

    def test_a_machine_is_ended_after_it_started(self) -> None:
        identifiers = self.run_some()
        self.ec2.terminate_instances(InstanceIds=identifiers)
        self.machines.booting.set()
        self.until({"terminated"})
        self.assertEqual([event for event, _ in self.machines.events], ["started", "terminated"])

    def test_a_machine_that_does_not_start_ends_its_instance(self) -> None:
        self.machines.booting.set()
        [identifier] = self.run_some(InstanceType="t3.small")
        self.until({"terminated"})
        self.assertEqual(self.described()[identifier]["StateReason"]["Code"], "Server.InternalError")


if __name__ == "__main__":
    unittest.main()
