"""What every test starts with: a double with a server, and boto3 that does not retry."""

import unittest
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from EC2Double.double import Double
from EC2Double.server import Server
from EC2Double.signature import Account

REGION, ZONE, IMAGE = "us-east-1", "us-east-1b", "ami-0deb1200000000003"
KEY = b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f run_exp"


def client(server: Server, account: Account | None = None, region: str = REGION) -> Any:
    account = account or server.double.account
    return boto3.client(
        "ec2", region_name=region, endpoint_url=server.url, aws_access_key_id=account.access_key,
        aws_secret_access_key=account.secret_key, aws_session_token=account.session_token,
        config=Config(retries={"total_max_attempts": 1}, read_timeout=10),
    )  # fmt: skip


def tags(kind: str, **pairs: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in pairs.items()]}]


class CloudTest(unittest.TestCase):
    # A second of the cloud takes a hundredth.
    time_scale = 100.0

    def setUp(self) -> None:
        self.double = Double(time_scale=self.time_scale, seed=7)
        self.server = Server(self.double).start()
        self.addCleanup(self.server.stop)
        self.ec2 = client(self.server)

    def run_some(self, count: int = 1, **other: Any) -> list[str]:
        given = {"ImageId": IMAGE, "InstanceType": "t3.micro", "MinCount": count, "MaxCount": count, "Placement": {"AvailabilityZone": ZONE}}
        return [each["InstanceId"] for each in self.ec2.run_instances(**(given | other))["Instances"]]

    def described(self, **given: Any) -> dict[str, dict[str, Any]]:
        """Every instance of all pages by id."""
        pages = self.ec2.get_paginator("describe_instances").paginate(**given)
        return {each["InstanceId"]: each for page in pages for reservation in page["Reservations"] for each in reservation["Instances"]}

    def states(self, **given: Any) -> set[str]:
        return {each["State"]["Name"] for each in self.described(**given).values()}

    def until(self, states: set[str]) -> None:
        for _ in range(400):
            if self.states() == states:
                return
            self.double.clock.sleep(1)
        self.fail(f"still {self.states()}, not {states}")

    def rules(self, *rules: dict[str, Any]) -> None:
        self.double.configure({"rules": list(rules)})

    @contextmanager
    def refused(self, code: str, status: int | None = None, message: str = ""):  # noqa: ANN201
        with self.assertRaises(ClientError) as caught:
            yield
        response = caught.exception.response
        self.assertEqual(response["Error"]["Code"], code, response["Error"]["Message"])
        self.assertIn(message, response["Error"]["Message"])
        if status:
            self.assertEqual(response["ResponseMetadata"]["HTTPStatusCode"], status)
        self.assertTrue(response["ResponseMetadata"]["RequestId"])
