"""Prints random calls of EC2, one JSON object a line: action, arguments as boto3 takes them, the pairs botocore sends for
them, and those pairs as a form has them.

    random_arguments.py SEED COUNT
"""
import base64
import json
import random
import sys
from urllib.parse import quote_plus

import botocore.serialize
import botocore.session
from botocore.handlers import base64_encode_user_data

# The members that our requests have, by action; those of structures below.
ACTIONS = {
    "RunInstances": "ImageId InstanceType MinCount MaxCount KeyName SecurityGroupIds UserData ClientToken Placement "
                    "BlockDeviceMappings MetadataOptions InstanceInitiatedShutdownBehavior TagSpecifications DryRun",
    "DescribeInstances": "InstanceIds Filters MaxResults NextToken DryRun",
    "StartInstances": "InstanceIds DryRun",
    "TerminateInstances": "InstanceIds DryRun",
    "DescribeImages": "ImageIds Owners Filters MaxResults NextToken DryRun",
    "CreateSecurityGroup": "GroupName Description VpcId TagSpecifications DryRun",
    "DescribeSecurityGroups": "GroupIds GroupNames Filters MaxResults NextToken DryRun",
    "DeleteSecurityGroup": "GroupId DryRun",
    "AuthorizeSecurityGroupIngress": "GroupId IpPermissions DryRun",
    "RevokeSecurityGroupIngress": "GroupId IpPermissions DryRun",
    "ImportKeyPair": "KeyName PublicKeyMaterial TagSpecifications DryRun",
    "DescribeKeyPairs": "KeyNames Filters DryRun",
    "DeleteKeyPair": "KeyName KeyPairId DryRun",
    "CreateTags": "Resources Tags DryRun",
    "DescribeAvailabilityZones": "ZoneNames Filters DryRun",
    "DescribeInstanceTypeOfferings": "LocationType Filters MaxResults NextToken DryRun",
}
STRUCTURES = {
    "Placement": "AvailabilityZone",
    "BlockDeviceMapping": "DeviceName Ebs",
    "EbsBlockDevice": "DeleteOnTermination Encrypted VolumeSize VolumeType",
    "InstanceMetadataOptionsRequest": "HttpTokens HttpPutResponseHopLimit InstanceMetadataTags",
    "TagSpecification": "ResourceType Tags",
    "Tag": "Key Value",
    "Filter": "Name Values",
    "IpPermission": "IpProtocol FromPort ToPort UserIdGroupPairs IpRanges Ipv6Ranges",
    "UserIdGroupPair": "GroupId Description",
    "IpRange": "CidrIp Description",
    "Ipv6Range": "CidrIpv6 Description",
}
# Those our types always have, beside what the model requires.
REQUIRED = {"GroupId", "DeviceName", "ResourceType", "Key", "Value", "Name", "IpProtocol", "CidrIp", "CidrIpv6"}
# Our own enumerations; other strings are free.
ENUMERATIONS = {"InstanceInitiatedShutdownBehavior", "HttpTokens", "InstanceMetadataTags"}
LOCATION_TYPES = ["region", "availability-zone", "availability-zone-id"]
ALPHABET = "abcXYZ019-._~ !\"#$%&'()*+,/:;<=>?@[\\]^`{|}\n\täßñ\u0301€漢字🙂\u00a0"


def text(choose):
    return "".join(choose.choices(ALPHABET, k=choose.choice([0, 1, 3, 8, 20])))


def value(choose, name, shape):
    kind = shape.type_name
    if kind == "structure":
        return structure(choose, shape, STRUCTURES[shape.name].split())
    if kind == "list":
        return [value(choose, name, shape.member) for _ in range(choose.choice([0, 1, 1, 2, 3, 12]))]
    if kind == "integer":
        return choose.choice([0, 1, -1, 22, 65535, 2**31 - 1, choose.randrange(1000)])
    if kind == "boolean":
        return choose.random() < 0.5
    if kind == "blob":
        return choose.randbytes(choose.randrange(40))
    if name == "LocationType":
        return choose.choice(LOCATION_TYPES)
    return choose.choice(shape.enum) if name in ENUMERATIONS else text(choose)


def structure(choose, shape, names):
    required = REQUIRED | set(shape.required_members)
    chosen = [name for name in names if name in required or choose.random() < 0.6]
    return {name: value(choose, name, shape.members[name]) for name in chosen}


def main(seed, count):
    service = botocore.session.get_session().get_service_model("ec2")
    serializer = botocore.serialize.create_serializer("ec2", include_validation=False)
    choose = random.Random(seed)
    actions = sorted(ACTIONS)
    for number in range(count):
        action = actions[number % len(actions)]
        operation = service.operation_model(action)
        arguments = structure(choose, operation.input_shape, ACTIONS[action].split())
        # Bytes go into JSON as Base64; the Swift side takes them out again.
        shown = {name: base64.b64encode(item).decode() if isinstance(item, bytes) else item
                 for name, item in arguments.items()}
        if action == "RunInstances":
            # As botocore does before it serializes.
            base64_encode_user_data(arguments)
        body = serializer.serialize_to_request(arguments, operation)["body"]
        pairs = [[name, str(item)] for name, item in body.items()]
        encoded = ["=".join(quote_plus(part) for part in pair) for pair in pairs]
        print(json.dumps({"action": action, "arguments": shown, "pairs": pairs, "encoded": encoded}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
