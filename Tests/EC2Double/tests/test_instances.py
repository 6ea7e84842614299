"""The life of an instance: made once a token, pending, running, stopped, started, ended, remembered, forgotten."""

import base64
import unittest

from .cloud import IMAGE, ZONE, CloudTest, tags


class LifeTests(CloudTest):
    def test_from_pending_to_forgotten(self) -> None:
        self.double.configure({"lifecycle": {"pending_s": 150}})
        [identifier] = self.run_some()
        self.assertEqual(self.states(), {"pending"})
        self.assertNotIn("PublicIpAddress", self.described()[identifier])
        self.until({"running"})
        running = self.described()[identifier]
        self.assertTrue(running["PublicIpAddress"] and running["PrivateIpAddress"])
        [change] = self.ec2.stop_instances(InstanceIds=[identifier])["StoppingInstances"]
        self.assertEqual((change["PreviousState"]["Name"], change["CurrentState"]["Name"]), ("running", "stopping"))
        with self.refused("IncorrectInstanceState"):
            self.ec2.start_instances(InstanceIds=[identifier])
        self.until({"stopped"})
        self.assertEqual(self.described()[identifier]["StateReason"]["Code"], "Client.UserInitiatedShutdown")
        self.ec2.start_instances(InstanceIds=[identifier])
        self.until({"running"})
        [change] = self.ec2.terminate_instances(InstanceIds=[identifier])["TerminatingInstances"]
        self.assertEqual(change["CurrentState"], {"Code": 32, "Name": "shutting-down"})
        self.until({"terminated"})
        ended = self.described()[identifier]
        self.assertNotIn("PrivateIpAddress", ended)
        self.assertEqual(ended["SecurityGroups"], [])
        with self.refused("IncorrectInstanceState"):
            self.ec2.start_instances(InstanceIds=[identifier])
        [change] = self.ec2.terminate_instances(InstanceIds=[identifier])["TerminatingInstances"]
        self.assertEqual(change["PreviousState"]["Name"], "terminated")

    def test_the_ended_are_forgotten(self) -> None:
        self.double.configure({"lifecycle": {"terminated_visible_s": 5}})
        [identifier] = self.run_some()
        self.ec2.terminate_instances(InstanceIds=[identifier])
        self.until(set())
        with self.refused("InvalidInstanceID.NotFound"):
            self.ec2.describe_instances(InstanceIds=[identifier])

    def test_one_unknown_id_fails_the_batch(self) -> None:
        [identifier] = self.run_some()
        unknown = "i-00000000000000001"
        with self.refused("InvalidInstanceID.NotFound", 400, f"The instance ID '{unknown}' does not exist"):
            self.ec2.terminate_instances(InstanceIds=[identifier, unknown])
        # None is ended; it may have come up meanwhile.
        self.assertLessEqual(set(self.states()), {"pending", "running"})
        with self.refused("InvalidInstanceID.Malformed"):
            self.ec2.describe_instances(InstanceIds=["i-xyz"])

    def test_a_dry_run_checks_and_does_nothing(self) -> None:
        self.double.configure({"lifecycle": {"pending_s": 10_000}})
        with self.refused("DryRunOperation", 412):
            self.run_some(DryRun=True)
        with self.refused("InvalidAMIID.NotFound"):
            self.run_some(DryRun=True, ImageId="ami-00000000000000000")
        [identifier] = self.run_some()
        with self.refused("DryRunOperation", 412):
            self.ec2.terminate_instances(InstanceIds=[identifier], DryRun=True)
        self.assertEqual(self.states(), {"pending"})

    def test_what_does_not_exist_has_its_own_code(self) -> None:
        for code, given in (
            ("InvalidAMIID.NotFound", {"ImageId": "ami-00000000000000000"}),
            ("InvalidAMIID.Malformed", {"ImageId": "debian"}),
            ("InvalidAMIID.Unavailable", {"ImageId": "ami-0deb1200000000006"}),
            ("InvalidKeyPair.NotFound", {"KeyName": "none"}),
            ("InvalidGroup.NotFound", {"SecurityGroupIds": ["sg-00000000000000001"]}),
            ("InvalidParameterValue", {"InstanceType": "p2.xlarge"}),
            ("InvalidParameterValue", {"Placement": {"AvailabilityZone": "eu-west-1a"}}),
            ("InvalidParameterValue", {"UserData": "x" * 17000}),
            ("InvalidBlockDeviceMapping", {"BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 4}}]}),
            ("InvalidParameterValue", {"TagSpecifications": tags("security-group", a="b")}),
            ("InvalidParameterValue", {"TagSpecifications": tags("instance", **{"aws:a": "b"})}),
            ("Unsupported", {"Placement": {"AvailabilityZone": "us-east-1e"}}),
        ):
            with self.subTest(code=code, given=given), self.refused(code):
                self.run_some(**given)
        self.assertEqual(self.states(), set())

    def test_everything_asked_for_is_there(self) -> None:
        [identifier] = self.run_some(
            UserData="#!/bin/sh\ntrue", InstanceInitiatedShutdownBehavior="terminate", MetadataOptions={"HttpTokens": "required"},
            BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 20, "Encrypted": True, "VolumeType": "gp3"}}],
            TagSpecifications=tags("instance", Name="é <&>") + tags("volume", Name="disk"),
        )  # fmt: skip
        instance = self.described(Filters=[{"Name": "tag:Name", "Values": ["é <&>"]}])[identifier]
        self.assertEqual(instance["MetadataOptions"]["HttpTokens"], "required")
        self.assertEqual((instance["ImageId"], instance["Placement"]["AvailabilityZone"]), (IMAGE, ZONE))
        tagged = self.ec2.describe_volumes(Filters=[{"Name": "tag:Name", "Values": ["disk"]}])["Volumes"]
        volume, more = sorted(tagged, key=lambda each: each["Attachments"][0]["Device"])
        self.assertEqual((volume["Size"], volume["Encrypted"], volume["Attachments"][0]["InstanceId"]), (20, True, identifier))
        data = self.ec2.describe_instance_attribute(InstanceId=identifier, Attribute="userData")["UserData"]["Value"]
        self.assertEqual(base64.b64decode(data), b"#!/bin/sh\ntrue")
        found = self.ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [identifier]}])["Tags"]
        self.assertEqual([(tag["Key"], tag["ResourceType"]) for tag in found], [("Name", "instance")])
        self.double.machine_ended(identifier)
        self.until({"terminated"})
        # What the image brings beside its root outlasts the machine, since nobody asked otherwise.
        [left] = self.ec2.describe_volumes()["Volumes"]
        self.assertEqual((left["VolumeId"], left["State"], left["Encrypted"]), (more["VolumeId"], "available", False))

    def test_a_volume_of_the_image_ends_with_its_machine_if_that_is_asked(self) -> None:
        [identifier] = self.run_some(BlockDeviceMappings=[{"DeviceName": "/dev/xvdb", "Ebs": {"DeleteOnTermination": True, "Encrypted": True}}])
        volumes = self.ec2.describe_volumes()["Volumes"]
        self.assertEqual(sorted((each["Size"], each["Encrypted"]) for each in volumes), [(4, True), (8, False)])
        self.double.machine_ended(identifier, state="terminated")
        self.until({"terminated"})
        self.assertEqual(self.ec2.describe_volumes()["Volumes"], [])

    def test_counts_are_honoured(self) -> None:
        self.rules({"fault": "InsufficientInstanceCapacity", "limit": 3})
        self.assertEqual(len(self.run_some(MinCount=2, MaxCount=5)), 3)
        with self.refused("InsufficientInstanceCapacity", 500):
            self.run_some(MinCount=4, MaxCount=5)
        with self.refused("InvalidParameterValue"):
            self.run_some(MinCount=3, MaxCount=2)
        self.assertEqual(len(self.described()), 3)


class TokenTests(CloudTest):
    def test_a_token_makes_machines_once(self) -> None:
        first = self.run_some(3, ClientToken="t")
        self.assertEqual(self.run_some(3, ClientToken="t"), first)
        self.assertEqual(len(self.described(Filters=[{"Name": "client-token", "Values": ["t"]}])), 3)
        self.assertEqual(len(self.double.ledger.machines), 3)

    def test_other_parameters_are_a_mismatch(self) -> None:
        self.run_some(ClientToken="t")
        for other in ({"InstanceType": "t3.small"}, {"MinCount": 2, "MaxCount": 2}, {"UserData": "x"}, {"TagSpecifications": tags("instance", a="b")}):
            with self.subTest(other=other), self.refused("IdempotentParameterMismatch", 400):
                self.run_some(ClientToken="t", **other)
        self.assertEqual(len(self.described()), 1)

    def test_a_token_is_of_one_zone(self) -> None:
        first = self.run_some(ClientToken="t")
        second = self.run_some(ClientToken="t", Placement={"AvailabilityZone": "us-east-1c"})
        self.assertNotEqual(first, second)
        self.assertEqual(self.run_some(ClientToken="t"), first)

    def test_a_token_outlives_a_lack_of_capacity(self) -> None:
        self.rules({"fault": "InsufficientInstanceCapacity", "times": 1})
        with self.refused("InsufficientInstanceCapacity"):
            self.run_some(ClientToken="t")
        with self.refused("IdempotentParameterMismatch"):
            self.run_some(ClientToken="t", InstanceType="t3.small")
        self.assertEqual(len(self.run_some(ClientToken="t")), 1)

    def test_a_token_of_ended_machines_makes_none(self) -> None:
        first = self.run_some(ClientToken="t")
        self.ec2.terminate_instances(InstanceIds=first)
        with self.refused("IdempotentInstanceTerminated", 400):
            self.run_some(ClientToken="t")
        self.double.configure({"token_of_terminated": "repeats"})
        self.assertEqual(self.run_some(ClientToken="t"), first)
        self.assertEqual(len(self.double.ledger.machines), 1)

    def test_a_token_is_short(self) -> None:
        self.run_some(ClientToken="t" * 64)
        with self.refused("InvalidClientToken"):
            self.run_some(ClientToken="t" * 65)


class PagingTests(CloudTest):
    def test_pages_hold_instances_not_reservations(self) -> None:
        made = self.run_some(12, ClientToken="a") + self.run_some(5, ClientToken="b")
        first = self.ec2.describe_instances(MaxResults=7)
        self.assertEqual(sum(len(each["Instances"]) for each in first["Reservations"]), 7)
        self.assertTrue(first["NextToken"])
        self.assertEqual(list(self.described(PaginationConfig={"PageSize": 7})), made)
        with self.refused("InvalidParameterCombination"):
            self.ec2.describe_instances(MaxResults=5, InstanceIds=made)
        with self.refused("InvalidParameterValue"):
            self.ec2.describe_instances(MaxResults=4)

    def test_a_page_may_be_short_and_not_the_last(self) -> None:
        made = self.run_some(9)
        self.rules({"fault": "partial_pages", "size": 2})
        page = self.ec2.describe_instances(MaxResults=100)
        self.assertEqual(sum(len(each["Instances"]) for each in page["Reservations"]), 2)
        self.assertEqual(list(self.described()), made)

    def test_filters(self) -> None:
        [one] = self.run_some(TagSpecifications=tags("instance", EXP_ID="a*b", TASK_TYPE="worker"))
        [two] = self.run_some(TagSpecifications=tags("instance", EXP_ID="axb", TASK_TYPE="client"), InstanceType="t3.small")
        for expected, given in (
            ({one, two}, {"tag:EXP_ID": ["a*b"]}),
            ({one}, {"tag:EXP_ID": ["a\\*b"]}),
            ({one, two}, {"tag-key": ["TASK_TYPE"], "instance-state-name": ["running", "pending"]}),
            ({two}, {"tag:TASK_TYPE": ["worker", "client"], "instance-type": ["t3.s*"]}),
            (set(), {"tag:EXP_ID": ["A*"]}),
            (set(), {"instance-state-name": ["stopped"]}),
            ({two}, {"instance-id": [two]}),
        ):
            with self.subTest(given=given):
                filters = [{"Name": name, "Values": values} for name, values in given.items()]
                self.assertEqual(set(self.described(Filters=filters)), expected)
        with self.refused("InvalidParameterValue", 400, "The filter 'colour' is invalid"):
            self.described(Filters=[{"Name": "colour", "Values": ["red"]}])


if __name__ == "__main__":
    unittest.main()
