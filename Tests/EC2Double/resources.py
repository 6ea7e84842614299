"""What a region holds: security groups, key pairs, volumes; what they have in common."""

import base64
import binascii
import hashlib
import ipaddress
import re
from dataclasses import dataclass, field
from typing import Any

from . import clock, errors, tags


@dataclass
class Resource:
    """A thing with an id and tags. Until `visible_at` what reads does not see it; until `tags_visible_at` it seems untagged:
    EC2's replicas learn late."""

    id: str
    sequence: int
    created: float
    tags: dict[str, str]
    visible_at: float = field(default=0.0, kw_only=True)
    tags_visible_at: float = field(default=0.0, kw_only=True)
    # What a read sees now; set by Region.visible.
    visible_tags: dict[str, str] = field(default_factory=dict, kw_only=True)


@dataclass(frozen=True)
class Rule:
    """One source allowed one range of ports. `source` is a CIDR or a group's id."""

    protocol: str
    first: int | None
    last: int | None
    source: str
    description: str = field(default="", compare=False)
    id: str = field(default="", compare=False)

    def text(self) -> str:
        ports = "ALL" if self.protocol == "-1" else f"{self.protocol.upper()}, from port: {self.first}, to port: {self.last}"
        return f"peer: {self.source}, {ports}, ALLOW"


@dataclass
class Group(Resource):
    name: str
    description: str
    network: str
    owner: str
    rules: list[Rule] = field(default_factory=list)

    def public_form(self) -> dict[str, Any]:
        return {
            "GroupId": self.id, "GroupName": self.name, "Description": self.description, "OwnerId": self.owner, "VpcId": self.network,
            "IpPermissions": permissions(self.rules, self.owner), "Tags": tags.public_form(self.visible_tags),
            "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [], "UserIdGroupPairs": [], "PrefixListIds": []}],
        }  # fmt: skip


def permissions(rules: list[Rule], owner: str) -> list[dict[str, Any]]:
    """Rules of the same ports in one permission, as EC2 shows them."""
    by_ports: dict[tuple[str, int | None, int | None], dict[str, Any]] = {}
    for rule in rules:
        form = by_ports.setdefault(
            (rule.protocol, rule.first, rule.last),
            {
                "IpProtocol": rule.protocol, "FromPort": rule.first, "ToPort": rule.last,
                "UserIdGroupPairs": [], "IpRanges": [], "Ipv6Ranges": [], "PrefixListIds": [],
            },
        )  # fmt: skip
        described = {"Description": rule.description} if rule.description else {}
        if rule.source.startswith("sg-"):
            form["UserIdGroupPairs"].append({"UserId": owner, "GroupId": rule.source, **described})
        elif ":" in rule.source:
            form["Ipv6Ranges"].append({"CidrIpv6": rule.source, **described})
        else:
            form["IpRanges"].append({"CidrIp": rule.source, **described})
    return list(by_ports.values())


PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}


def parsed_rules(permission: dict[str, Any]) -> list[Rule]:
    """The rules in one IpPermission; the group ids in it are not looked up."""
    protocol = str(permission.get("IpProtocol", "")).lower()
    protocol = PROTOCOLS.get(protocol, protocol)
    if protocol not in {"tcp", "udp", "icmp", "icmpv6", "-1"}:
        raise errors.EC2Error("InvalidParameterValue", f"Invalid value '{protocol}' for IP protocol. Unknown protocol.")
    first, last = permission.get("FromPort"), permission.get("ToPort")
    if protocol == "-1":
        first = last = None
    elif first is None or last is None:
        raise errors.EC2Error("InvalidParameterCombination", "The parameter fromPort and toPort must be given for this protocol")
    elif protocol in {"tcp", "udp"} and not 0 <= first <= last <= 65535:
        raise errors.EC2Error("InvalidParameterValue", f"Invalid range of ports {first}-{last}")
    sources = [(_network(entry.get("CidrIp", ""), 4), entry) for entry in permission.get("IpRanges", [])]
    sources += [(_network(entry.get("CidrIpv6", ""), 6), entry) for entry in permission.get("Ipv6Ranges", [])]
    sources += [(entry.get("GroupId") or "name:" + entry.get("GroupName", ""), entry) for entry in permission.get("UserIdGroupPairs", [])]
    if not sources:
        raise errors.EC2Error("InvalidParameterValue", "A permission names no source")
    return [Rule(protocol, first, last, source, entry.get("Description", "")) for source, entry in sources]


def _network(text: str, version: int) -> str:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        network = None
    if network is None or network.version != version or "/" not in text:
        raise errors.EC2Error("InvalidParameterValue", f"CIDR block {text} is malformed")
    return str(network)


@dataclass
class KeyPair(Resource):
    name: str
    material: str
    kind: str
    fingerprint: str

    def public_form(self, with_material: bool) -> dict[str, Any]:
        return {
            "KeyPairId": self.id, "KeyName": self.name, "KeyType": self.kind, "KeyFingerprint": self.fingerprint,
            "Tags": tags.public_form(self.visible_tags), "CreateTime": clock.iso(self.created), "PublicKey": self.material if with_material else None,
        }  # fmt: skip


def parsed_key(material: bytes) -> tuple[str, str]:
    """Kind and fingerprint of an OpenSSH public key; EC2 takes RSA and ed25519."""
    parts = material.decode("utf-8", "replace").split()
    try:
        blob = base64.b64decode(parts[1], validate=True)
        named = blob[4 : 4 + int.from_bytes(blob[:4], "big")].decode()
    except (IndexError, binascii.Error, UnicodeDecodeError):
        raise errors.EC2Error("InvalidKey.Format", "Key is not in valid OpenSSH public key format") from None
    if parts[0] != named or named not in {"ssh-ed25519", "ssh-rsa"}:
        raise errors.EC2Error("InvalidKey.Format", "Key is not in valid OpenSSH public key format")
    if named == "ssh-ed25519":
        return "ed25519", base64.b64encode(hashlib.sha256(blob).digest()).decode()
    digest = hashlib.md5(blob).hexdigest()
    return "rsa", ":".join(re.findall("..", digest))


@dataclass
class Volume(Resource):
    size_gb: int
    kind: str
    encrypted: bool
    zone: str
    device: str
    delete_on_termination: bool
    instance: str | None = None

    def public_form(self) -> dict[str, Any]:
        attachments = []
        if self.instance:
            attachments = [{"VolumeId": self.id, "InstanceId": self.instance, "Device": self.device, "State": "attached", "DeleteOnTermination": self.delete_on_termination}]
        return {
            "VolumeId": self.id, "Size": self.size_gb, "VolumeType": self.kind, "Encrypted": self.encrypted, "AvailabilityZone": self.zone,
            "State": "in-use" if self.instance else "available", "CreateTime": clock.iso(self.created), "Attachments": attachments,
            "Tags": tags.public_form(self.visible_tags),
        }  # fmt: skip
