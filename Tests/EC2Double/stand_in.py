"""A small program in run_exp's place, to show what the crash sweep finds: `stand_in.py [--naive] CONFIG VERB --cluster-file YML`.

Careful, it makes machines by slots, each with a client token that every launch of the cluster computes alike, and believes
nothing that EC2 may not know yet. Naive (`--naive`), it asks what is there and makes what it misses with a new token, as most
scripts do.
"""

import argparse
import base64
import hashlib
import json
import os
import struct
import sys
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

SCALE = float(os.environ.get("RUN_EXP_CLOUD_TIME_SCALE", "1"))
ZONES = ("us-east-1b", "us-east-1a", "us-east-1c")
PASSING = {"RequestLimitExceeded", "InternalError", "Unavailable"}
LIVE = ["pending", "running", "stopping", "stopped"]
# In seconds of the cloud: between two questions, and until it is given up.
POLL_S, LIMIT_S = 1.0, 600.0


def pause(seconds: float) -> None:
    time.sleep(seconds / SCALE)


def code(error: Exception) -> str:
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else "lost"


def tagged(kind: str, tags: dict[str, str]) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]


def iso(hours: float, start: datetime) -> str:
    return (start + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Cloud:
    """EC2 with everything that passes repeated. Lost replies are repeated only where that makes nothing twice."""

    def __init__(self) -> None:
        config = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
        self._client = botocore.session.get_session().create_client("ec2", os.environ["AWS_REGION"], config=config)

    def call(self, verb: str, passing: set[str] = frozenset(), **given: Any) -> dict[str, Any]:
        for attempt in range(400):
            try:
                return getattr(self._client, verb)(**given)
            except (ClientError, ConnectionError, HTTPClientError) as error:
                if code(error) not in PASSING | {"lost"} | passing or attempt == 399:
                    raise
            pause(min(0.2 * 2**attempt, 2))
        raise AssertionError

    def all(self, verb: str, key: str, **given: Any) -> list[dict[str, Any]]:
        found, token = [], {}
        while True:
            page = self.call(verb, **given, **token)
            found += page.get(key, [])
            if not page.get("NextToken"):
                return found
            token = {"NextToken": page["NextToken"]}

    def instances(self, **filters: list[str]) -> list[dict[str, Any]]:
        wanted = [{"Name": name.replace("__", "."), "Values": values} for name, values in filters.items()]
        reservations = self.all("describe_instances", "Reservations", Filters=wanted)
        return [each for reservation in reservations for each in reservation["Instances"]]


class Cluster:
    def __init__(self, config: dict[str, Any]) -> None:
        self.cloud = Cloud()
        self.experiment = config["experiment_id"]
        self.name = f"run_exp/{self.experiment}/main"
        models = config["num_models"]
        self.wanted = {"frontend": 1, "worker": models + models // 2, "client": 1}
        self.types = {role: config[f"{role}_type"] for role in self.wanted}

    # Parts that both ways share.

    def group(self) -> dict[str, Any] | None:
        found = self.cloud.all("describe_security_groups", "SecurityGroups", Filters=[{"Name": "group-name", "Values": [self.name]}])
        return found[0] if found else None

    def image(self) -> str:
        filters = [{"Name": "name", "Values": ["debian-12-amd64-*"]}, {"Name": "state", "Values": ["available"]}]
        images = self.cloud.call("describe_images", Owners=["136693071363"], Filters=filters)["Images"]
        return max(images, key=lambda image: image["CreationDate"])["ImageId"]

    def tolerant(self, verb: str, fine: set[str], passing: set[str] = frozenset(), **given: Any) -> None:
        try:
            self.cloud.call(verb, passing, **given)
        except ClientError as error:
            if code(error) not in fine:
                raise

    def base(self) -> dict[str, Any]:
        """The cluster's group, made if it is not there, with its rules and the key."""
        tags = {"EXP_ID": self.experiment, "run_exp:cluster": "main", "run_exp:run": datetime.now(timezone.utc).isoformat(), "run_exp:image": self.image()}
        self.tolerant(
            "create_security_group", {"InvalidGroup.Duplicate"}, GroupName=self.name, Description="run_exp", TagSpecifications=tagged("security-group", tags)
        )
        self.until(lambda: self.group() is not None)
        group = self.group()
        for permission in (
            {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "203.0.113.0/24"}]},
            {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group["GroupId"]}]},
        ):
            self.tolerant("authorize_security_group_ingress", {"InvalidPermission.Duplicate"}, GroupId=group["GroupId"], IpPermissions=[permission])
        blob = struct.pack(">I", 11) + b"ssh-ed25519" + struct.pack(">I", 32) + bytes(32)
        key = b"ssh-ed25519 " + base64.b64encode(blob)
        self.tolerant("import_key_pair", {"InvalidKeyPair.Duplicate"}, KeyName=self.name, PublicKeyMaterial=key, TagSpecifications=tagged("key-pair", tags))
        return group

    def until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + LIMIT_S / SCALE
        while not true():
            if time.monotonic() > end:
                raise TimeoutError("it took too long")
            pause(POLL_S)

    def run(self, role: str, group: dict[str, Any], zone: str, count: int, token: str, slot: int = 0) -> list[dict[str, Any]]:
        of_group = {tag["Key"]: tag["Value"] for tag in group["Tags"]}
        start = datetime.fromisoformat(of_group["run_exp:run"])
        tags = {
            "EXP_ID": self.experiment, "TASK_TYPE": role, "Name": f"{self.experiment}-main-{role}", "run_exp:cluster": "main",
            "run_exp:run": of_group["run_exp:run"], "run_exp:owner": "stand-in", "run_exp:expires": iso(2, start), "run_exp:slot": str(slot),
        }  # fmt: skip
        return self.cloud.call(
            "run_instances", {"InvalidGroup.NotFound", "InvalidKeyPair.NotFound"}, MinCount=count, MaxCount=count, ImageId=of_group["run_exp:image"],
            InstanceType=self.types[role], KeyName=self.name, SecurityGroupIds=[group["GroupId"]], Placement={"AvailabilityZone": zone},
            TagSpecifications=tagged("instance", tags | {"run_exp:token": token}), ClientToken=token,
            # The image brings a second volume, which would outlast the machine.
            BlockDeviceMappings=[{"DeviceName": "/dev/xvdb", "Ebs": {"DeleteOnTermination": True}}],
        )["Instances"]  # fmt: skip

    # The careful way.

    def launch(self) -> None:
        group = self.base()
        machines = [self.slot(role, slot, group) for role, count in self.wanted.items() for slot in range(count)]
        self.until(lambda: self.running(machines))

    def slot(self, role: str, slot: int, group: dict[str, Any]) -> str:
        """The machine of a slot: the token says whether it is there, so it does not matter whether EC2 shows it yet."""
        for attempt in range(20):
            for zone in ZONES:
                text = f"{group['GroupId']}/{role}/{slot}/{zone}/{attempt}"
                token = hashlib.sha256(text.encode()).hexdigest()[:40]
                try:
                    [machine] = self.run(role, group, zone, 1, token, slot)
                except ClientError as error:
                    if code(error) == "InsufficientInstanceCapacity":
                        continue
                    if code(error) == "IdempotentInstanceTerminated":
                        break
                    raise
                if machine["State"]["Name"] in LIVE:
                    return machine["InstanceId"]
                break
        raise RuntimeError(f"no machine for {role} {slot}")

    def running(self, machines: list[str]) -> bool:
        seen = {each["InstanceId"]: each["State"]["Name"] for each in self.cloud.instances(**{"instance-id": machines})}
        stopped = [identifier for identifier, state in seen.items() if state == "stopped"]
        if stopped:
            self.tolerant("start_instances", {"IncorrectInstanceState", "InvalidInstanceID.NotFound", "InsufficientInstanceCapacity"}, InstanceIds=stopped)
        return len(seen) == len(machines) and set(seen.values()) == {"running"}

    def terminate(self) -> None:
        """The group tells of machines that are not shown yet: it cannot be deleted before they have ended."""
        while True:
            group = self.group()
            found = {each["InstanceId"]: each["State"]["Name"] for each in self.cloud.instances(**{"tag:EXP_ID": [self.experiment]})}
            if group:
                found |= {each["InstanceId"]: each["State"]["Name"] for each in self.cloud.instances(**{"instance.group-id": [group["GroupId"]]})}
            alive = [identifier for identifier, state in found.items() if state in LIVE]
            if alive:
                self.tolerant("terminate_instances", {"InvalidInstanceID.NotFound"}, InstanceIds=alive)
            if group and not alive:
                self.tolerant("delete_security_group", {"DependencyViolation", "InvalidGroup.NotFound"}, GroupId=group["GroupId"])
            if not group and not alive:
                break
            pause(POLL_S)
        self.cloud.call("delete_key_pair", KeyName=self.name)

    def extend(self, hours: float) -> None:
        machines = [each["InstanceId"] for each in self.cloud.instances(**{"tag:EXP_ID": [self.experiment], "instance-state-name": LIVE})]
        group = self.group()
        machines += [] if group is None else [each["InstanceId"] for each in self.cloud.instances(**{"instance.group-id": [group["GroupId"]]})]
        if machines:
            tags = [{"Key": "run_exp:expires", "Value": iso(hours, datetime.now(timezone.utc))}]
            self.cloud.call("create_tags", {"InvalidInstanceID.NotFound"}, Resources=sorted(set(machines)), Tags=tags)

    # The naive way.

    def launch_naively(self) -> None:
        group = self.base()
        for role, count in self.wanted.items():
            there = self.cloud.instances(**{"tag:EXP_ID": [self.experiment], "tag:TASK_TYPE": [role], "instance-state-name": LIVE})
            for zone in ZONES:
                if len(there) < count:
                    try:
                        self.run(role, group, zone, count - len(there), uuid.uuid4().hex)
                        break
                    except ClientError as error:
                        if code(error) != "InsufficientInstanceCapacity":
                            raise
        self.until(self.enough_run)

    def enough_run(self) -> bool:
        there = self.cloud.instances(**{"tag:EXP_ID": [self.experiment], "instance-state-name": LIVE})
        return len(there) >= sum(self.wanted.values()) and self.running([each["InstanceId"] for each in there])

    def terminate_naively(self) -> None:
        found = [each["InstanceId"] for each in self.cloud.instances(**{"tag:EXP_ID": [self.experiment], "instance-state-name": LIVE})]
        if found:
            self.cloud.call("terminate_instances", InstanceIds=found)
        self.until(lambda: {each["State"]["Name"] for each in self.cloud.instances(**{"tag:EXP_ID": [self.experiment]})} <= {"terminated"})
        group = self.group()
        if group:
            self.tolerant("delete_security_group", {"DependencyViolation", "InvalidGroup.NotFound"}, GroupId=group["GroupId"])
        self.cloud.call("delete_key_pair", KeyName=self.name)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("config")
    parser.add_argument("verb", choices=("launch", "terminate", "extend"))
    parser.add_argument("--cluster-file")
    parser.add_argument("--hours", type=float, default=1)
    parser.add_argument("--machines-only", action="store_true")
    parser.add_argument("--naive", action="store_true")
    parser.add_argument("--leak", action="store_true", help="write a secret where none may be")
    options = parser.parse_args()
    with open(options.config) as file:
        cluster = Cluster(json.load(file))
    if options.leak:
        print(f"signed with {os.environ['AWS_SECRET_ACCESS_KEY']}")
    if options.verb == "extend":
        cluster.extend(options.hours)
    else:
        getattr(cluster, f"{options.verb}_naively" if options.naive else options.verb)()
    return 0


if __name__ == "__main__":
    sys.exit(main())
