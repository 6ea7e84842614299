"""Security groups, key pairs, tags, images, zones and types."""

import unittest

from .cloud import KEY, CloudTest, tags


class GroupTests(CloudTest):
    def make(self, name: str = "run_exp-a-b", **other: object) -> str:
        return self.ec2.create_security_group(GroupName=name, Description="run_exp", **other)["GroupId"]

    def test_a_name_is_taken_once(self) -> None:
        identifier = self.make(TagSpecifications=tags("security-group", EXP_ID="a"))
        with self.refused("InvalidGroup.Duplicate", 400, "already exists for VPC"):
            self.make()
        [group] = self.ec2.describe_security_groups(Filters=[{"Name": "tag:EXP_ID", "Values": ["a"]}])["SecurityGroups"]
        self.assertEqual((group["GroupId"], group["Tags"]), (identifier, [{"Key": "EXP_ID", "Value": "a"}]))
        self.ec2.delete_security_group(GroupId=identifier)
        with self.refused("InvalidGroup.NotFound"):
            self.ec2.delete_security_group(GroupId=identifier)
        with self.refused("InvalidGroup.NotFound"):
            self.ec2.describe_security_groups(GroupIds=[identifier])
        self.assertNotEqual(self.make(), identifier)

    def test_one_in_use_stays(self) -> None:
        identifier = self.make()
        instances = self.run_some(SecurityGroupIds=[identifier])
        self.until({"running"})
        self.ec2.stop_instances(InstanceIds=instances)
        with self.refused("DependencyViolation", 400, identifier):
            self.ec2.delete_security_group(GroupId=identifier)
        self.ec2.terminate_instances(InstanceIds=instances)
        with self.refused("DependencyViolation"):
            self.ec2.delete_security_group(GroupId=identifier)
        self.until({"terminated"})
        self.ec2.delete_security_group(GroupId=identifier)

    def test_one_that_another_names_stays(self) -> None:
        one, two = self.make("one"), self.make("two")
        within = [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": two}]}]
        self.ec2.authorize_security_group_ingress(GroupId=two, IpPermissions=within)
        self.ec2.authorize_security_group_ingress(GroupId=one, IpPermissions=within)
        with self.refused("DependencyViolation"):
            self.ec2.delete_security_group(GroupId=two)
        self.ec2.delete_security_group(GroupId=one)
        self.ec2.delete_security_group(GroupId=two)

    def test_rules(self) -> None:
        identifier = self.make()
        ssh = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "203.0.113.7/32"}]}]
        within = [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": identifier}]}]
        made = self.ec2.authorize_security_group_ingress(GroupId=identifier, IpPermissions=ssh + within)["SecurityGroupRules"]
        self.assertEqual([rule["IpProtocol"] for rule in made], ["tcp", "-1"])
        for again in (ssh, within, ssh + within):
            with self.refused("InvalidPermission.Duplicate", 400, "already exists"):
                self.ec2.authorize_security_group_ingress(GroupId=identifier, IpPermissions=again)
        self.ec2.revoke_security_group_ingress(GroupId=identifier, IpPermissions=ssh)
        with self.refused("InvalidPermission.NotFound"):
            self.ec2.revoke_security_group_ingress(GroupId=identifier, IpPermissions=ssh)
        [group] = self.ec2.describe_security_groups(GroupIds=[identifier])["SecurityGroups"]
        self.assertEqual([each["IpProtocol"] for each in group["IpPermissions"]], ["-1"])
        for cidr in ("203.0.113.7", "203.0.113.7/33", "x/8"):
            with self.subTest(cidr=cidr), self.refused("InvalidParameterValue"):
                ssh[0]["IpRanges"] = [{"CidrIp": cidr}]
                self.ec2.authorize_security_group_ingress(GroupId=identifier, IpPermissions=ssh)

    def test_names_have_an_alphabet(self) -> None:
        for name in ("a\nb", "é", "x" * 256, "sg-a"):
            with self.subTest(name=name), self.refused("InvalidParameterValue"):
                self.make(name)


class KeyTests(CloudTest):
    def test_import_describe_delete(self) -> None:
        made = self.ec2.import_key_pair(KeyName="k", PublicKeyMaterial=KEY, TagSpecifications=tags("key-pair", EXP_ID="a"))
        self.assertEqual((made["KeyName"], made["Tags"]), ("k", [{"Key": "EXP_ID", "Value": "a"}]))
        with self.refused("InvalidKeyPair.Duplicate", 400, "already exists"):
            self.ec2.import_key_pair(KeyName="k", PublicKeyMaterial=KEY)
        with self.refused("InvalidKey.Format"):
            self.ec2.import_key_pair(KeyName="l", PublicKeyMaterial=b"ssh-dss AAAA")
        [key] = self.ec2.describe_key_pairs(Filters=[{"Name": "tag:EXP_ID", "Values": ["a"]}], IncludePublicKey=True)["KeyPairs"]
        self.assertEqual((key["KeyType"], key["PublicKey"]), ("ed25519", KEY.decode()))
        self.run_some(KeyName="k")
        self.ec2.delete_key_pair(KeyName="k")
        self.ec2.delete_key_pair(KeyName="k")
        with self.refused("InvalidKeyPair.NotFound", 400, "The key pair 'k' does not exist"):
            self.ec2.describe_key_pairs(KeyNames=["k"])


class TagTests(CloudTest):
    def test_create_replace_delete(self) -> None:
        identifiers = self.run_some(2)
        self.ec2.create_tags(Resources=identifiers, Tags=[{"Key": "run_exp:expires", "Value": "1"}, {"Key": "b", "Value": ""}])
        self.ec2.create_tags(Resources=identifiers, Tags=[{"Key": "run_exp:expires", "Value": "2"}])
        for instance in self.described().values():
            self.assertEqual({tag["Key"]: tag["Value"] for tag in instance["Tags"]}, {"run_exp:expires": "2", "b": ""})
        with self.refused("InvalidInstanceID.NotFound"):
            self.ec2.create_tags(Resources=[identifiers[0], "i-00000000000000001"], Tags=[{"Key": "b", "Value": "c"}])
        self.ec2.delete_tags(Resources=identifiers, Tags=[{"Key": "b"}])
        self.assertEqual(len(self.described(Filters=[{"Name": "tag-key", "Values": ["b"]}])), 0)
        with self.refused("TagLimitExceeded"):
            self.ec2.create_tags(Resources=identifiers, Tags=[{"Key": str(n), "Value": ""} for n in range(50)])


class PlaceTests(CloudTest):
    def test_images_by_owner_and_name(self) -> None:
        filters = [{"Name": "name", "Values": ["debian-12-amd64-*"]}, {"Name": "state", "Values": ["available"]}]
        images = self.ec2.describe_images(Owners=["136693071363"], Filters=filters)["Images"]
        self.assertEqual(len(images), 3)
        newest = max(images, key=lambda image: image["CreationDate"])
        self.assertEqual((newest["Name"], newest["RootDeviceName"]), ("debian-12-amd64-20260811-2003", "/dev/xvda"))
        self.assertNotEqual(images, sorted(images, key=lambda image: image["CreationDate"]))
        with self.refused("InvalidAMIID.NotFound"):
            self.ec2.describe_images(ImageIds=["ami-00000000000000000"])
        self.assertEqual(self.ec2.describe_images(Owners=["self"])["Images"], [])

    def test_a_type_may_miss_in_a_zone(self) -> None:
        filters = [{"Name": "instance-type", "Values": ["g4dn.xlarge"]}]
        offers = self.ec2.describe_instance_type_offerings(LocationType="availability-zone", Filters=filters)["InstanceTypeOfferings"]
        zones = {zone["ZoneName"] for zone in self.ec2.describe_availability_zones()["AvailabilityZones"]}
        self.assertEqual(zones - {offer["Location"] for offer in offers}, {"us-east-1e"})
        old = [{"Name": "instance-type", "Values": ["p2.xlarge"]}]
        self.assertEqual(self.ec2.describe_instance_type_offerings(Filters=old)["InstanceTypeOfferings"], [])

    def test_networks(self) -> None:
        [network] = self.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
        subnets = self.ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [network["VpcId"]]}])["Subnets"]
        self.assertEqual(len(subnets), 6)
        self.run_some(SubnetId=subnets[1]["SubnetId"], Placement={})
        [types] = self.ec2.describe_instance_types(InstanceTypes=["g4dn.xlarge"])["InstanceTypes"]
        self.assertEqual(types["VCpuInfo"]["DefaultVCpus"], 4)


if __name__ == "__main__":
    unittest.main()
