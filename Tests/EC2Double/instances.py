"""An instance: what it was asked to be, what state it is in, and what it will become without being asked."""

from dataclasses import dataclass, field
from threading import Thread
from typing import Any

from . import clock, tags
from .catalogue import Image
from .resources import Group, Resource, Volume

STATES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}
USER_INITIATED = "Client.UserInitiatedShutdown"
MESSAGES = {
    USER_INITIATED: "User initiated shutdown",
    "Client.InstanceInitiatedShutdown": "Instance initiated shutdown",
    "Client.InternalError": "Client error on launch",
    "Client.InvalidSnapshot.NotFound": "The specified snapshot was not found",
    "Client.VolumeLimitExceeded": "Volume limit exceeded",
    "Server.InsufficientInstanceCapacity": "Insufficient capacity to launch the instance",
    "Server.InternalError": "Internal error on launch",
    "Server.ScheduledStop": "Stopped due to scheduled retirement",
    "Server.SpotInstanceTermination": "Instance was terminated by the spot service",
}


@dataclass(frozen=True)
class Change:
    """A state that an instance will have from `due` on (seconds since 1970; infinite: never)."""

    due: float
    state: str
    reason: str | None = None


@dataclass
class Instance(Resource):
    reservation: str
    index: int
    image: Image
    type: str
    key: str | None
    groups: list[Group]
    network: str
    subnet: str
    zone: str
    region: str
    owner: str
    token: str | None
    user_data: str | None
    shutdown_behavior: str
    metadata: dict[str, Any]
    private_address: str
    # What cloud-init lets in: the public key that `key` names, as OpenSSH writes it.
    public_key: str = ""
    state: str = "pending"
    reason: str | None = None
    transition_reason: str = ""
    public_address: str | None = None
    launched: float = 0.0
    volumes: list[Volume] = field(default_factory=list)
    coming: list[Change] = field(default_factory=list)
    # Whether `coming` waits for its machine, the thread that works on it, and whether its removal has been asked for.
    busy: bool = False
    work: Thread | None = None
    removed: bool = False
    disable_termination: bool = False

    @property
    def exists(self) -> bool:
        return self.state != "terminated"

    def state_form(self) -> dict[str, Any]:
        return {"Code": STATES[self.state], "Name": self.state}

    def public_form(self) -> dict[str, Any]:
        form: dict[str, Any] = {
            "InstanceId": self.id, "ImageId": self.image.id, "State": self.state_form(), "PrivateDnsName": "", "PublicDnsName": "",
            "StateTransitionReason": self.transition_reason, "KeyName": self.key, "AmiLaunchIndex": self.index, "ProductCodes": [],
            "InstanceType": self.type, "LaunchTime": clock.iso(self.launched),
            "Placement": {"AvailabilityZone": self.zone, "GroupName": "", "Tenancy": "default"}, "Monitoring": {"State": "disabled"},
            "Architecture": self.image.architecture, "RootDeviceType": "ebs", "RootDeviceName": self.image.root_device,
            "BlockDeviceMappings": [], "VirtualizationType": "hvm", "ClientToken": self.token or "", "Tags": tags.public_form(self.visible_tags),
            "SecurityGroups": [], "NetworkInterfaces": [], "SourceDestCheck": True, "Hypervisor": "xen", "EbsOptimized": False, "EnaSupport": True,
            "MetadataOptions": self.metadata,
        }  # fmt: skip
        if self.reason:
            form["StateReason"] = {"Code": self.reason, "Message": f"{self.reason}: {MESSAGES.get(self.reason, self.reason)}"}
        if self.state != "terminated":
            self._add_network(form)
        return form

    def _add_network(self, form: dict[str, Any]) -> None:
        """A terminated instance has lost its network and its disks."""
        groups = [{"GroupId": group.id, "GroupName": group.name} for group in self.groups]
        private_name = f"ip-{self.private_address.replace('.', '-')}.ec2.internal"
        form |= {"SubnetId": self.subnet, "VpcId": self.network, "PrivateIpAddress": self.private_address, "PrivateDnsName": private_name, "SecurityGroups": groups}
        interface = {
            "NetworkInterfaceId": f"eni-{self.id[2:]}", "SubnetId": self.subnet, "VpcId": self.network, "Status": "in-use", "SourceDestCheck": True,
            "OwnerId": self.owner, "PrivateIpAddress": self.private_address, "Groups": groups,
            "PrivateIpAddresses": [{"Primary": True, "PrivateIpAddress": self.private_address}],
        }  # fmt: skip
        if self.public_address:
            public_name = f"ec2-{self.public_address.replace('.', '-')}.compute-1.amazonaws.com"
            form |= {"PublicIpAddress": self.public_address, "PublicDnsName": public_name}
            interface["Association"] = {"PublicIp": self.public_address, "PublicDnsName": public_name, "IpOwnerId": "amazon"}
        form["NetworkInterfaces"] = [interface]
        form["BlockDeviceMappings"] = [
            {"DeviceName": volume.device, "Ebs": {"VolumeId": volume.id, "Status": "attached", "DeleteOnTermination": volume.delete_on_termination}}
            for volume in self.volumes
        ]


FIELDS = {
    "architecture": lambda instance: instance.image.architecture,
    "availability-zone": lambda instance: instance.zone,
    "client-token": lambda instance: instance.token,
    "dns-name": lambda instance: instance.public_form().get("PublicDnsName"),
    "image-id": lambda instance: instance.image.id,
    "instance-id": lambda instance: instance.id,
    "instance-state-code": lambda instance: STATES[instance.state],
    "instance-state-name": lambda instance: instance.state,
    "instance-type": lambda instance: instance.type,
    "instance.group-id": lambda instance: [group.id for group in instance.groups] if instance.exists else [],
    "instance.group-name": lambda instance: [group.name for group in instance.groups] if instance.exists else [],
    "ip-address": lambda instance: instance.public_address,
    "key-name": lambda instance: instance.key,
    "launch-index": lambda instance: instance.index,
    "launch-time": lambda instance: clock.iso(instance.launched),
    "network-interface.group-id": lambda instance: [group.id for group in instance.groups] if instance.exists else [],
    "owner-id": lambda instance: instance.owner,
    "private-ip-address": lambda instance: instance.private_address if instance.exists else None,
    "reservation-id": lambda instance: instance.reservation,
    "state-reason-code": lambda instance: instance.reason,
    "subnet-id": lambda instance: instance.subnet if instance.exists else None,
    "vpc-id": lambda instance: instance.network if instance.exists else None,
}
