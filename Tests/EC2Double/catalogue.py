"""What EC2 offers without being asked: zones, types a zone, vCPUs a type (moto's data, read file by file), and images."""

import functools
import gzip
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import moto

from . import errors

DATA = Path(moto.__file__).parent / "ec2" / "resources"
DEBIAN, UBUNTU, STRANGER = "136693071363", "099720109477", "210987654321"


def _read(path: Path) -> Any:
    return json.loads(gzip.decompress(path.read_bytes()))


@functools.cache
def offered(region: str) -> dict[str, frozenset[str]]:
    """The types offered in each zone of a region, zones in order; raises for a region that is none."""
    path = DATA / "instance_type_offerings" / "availability-zone" / f"{region}.json.gz"
    if "/" in region or not path.exists():
        raise errors.EC2Error("AuthFailure", f"Credential should be scoped to a valid region, not '{region}'.", 401)
    zones: dict[str, set[str]] = {}
    for entry in _read(path):
        zones.setdefault(entry["Location"], set()).add(entry["InstanceType"])
    return {zone: frozenset(zones[zone]) for zone in sorted(zones)}


@functools.cache
def types() -> dict[str, Any]:
    """Every type as DescribeInstanceTypes describes it."""
    return _read(DATA / "instance_types.json.gz")


def vcpus(type_: str) -> int:
    return types().get(type_, {}).get("VCpuInfo", {}).get("DefaultVCpus", 2)


def bucket(type_: str) -> str:
    """The quota that a type counts against."""
    family = type_.split(".")[0].lower()
    for prefix, name in (("inf", "Inf"), ("trn", "Trn"), ("dl", "DL"), ("vt", "G and VT"), ("hpc", "HPC"), ("mac", "Mac"), ("u-", "High Memory")):
        if family.startswith(prefix):
            return name
    return {"g": "G and VT", "p": "P", "f": "F", "x": "X"}.get(family[0], "Standard")


@dataclass(frozen=True)
class Image:
    id: str
    name: str
    owner: str
    created: str
    architecture: str = "x86_64"
    alias: str | None = None
    state: str = "available"
    public: bool = True
    root_device: str = "/dev/xvda"
    size_gb: int = 8
    # Further volumes, by device their size: EC2 keeps them when their machine ends, unless it was asked otherwise.
    more_volumes: dict[str, int] = field(default_factory=dict, hash=False)
    deprecated: str | None = None
    visible_tags: dict[str, str] = field(default_factory=dict, hash=False)

    def volumes(self) -> dict[str, dict[str, Any]]:
        """Every volume that it brings, by device, as RunInstances takes it."""
        usual = {"VolumeType": "gp3", "Encrypted": False}
        more = {device: usual | {"VolumeSize": size, "DeleteOnTermination": False} for device, size in self.more_volumes.items()}
        return {self.root_device: usual | {"VolumeSize": self.size_gb, "DeleteOnTermination": True}} | more

    def public_form(self) -> dict[str, Any]:
        mappings = [
            {"DeviceName": device, "Ebs": {"SnapshotId": f"snap-{self.id[4:]}", **volume}} for device, volume in self.volumes().items()
        ]  # fmt: skip
        return {
            "ImageId": self.id, "ImageLocation": f"{self.owner}/{self.name}", "State": self.state, "OwnerId": self.owner,
            "ImageOwnerAlias": self.alias, "CreationDate": self.created, "DeprecationTime": self.deprecated, "Public": self.public,
            "Architecture": self.architecture, "ImageType": "machine", "Name": self.name, "Description": self.name,
            "RootDeviceType": "ebs", "RootDeviceName": self.root_device, "VirtualizationType": "hvm", "Hypervisor": "xen", "EnaSupport": True,
            "BlockDeviceMappings": mappings, "PlatformDetails": "Linux/UNIX",
        }  # fmt: skip


IMAGE_FIELDS = {
    "architecture": lambda image: image.architecture,
    "creation-date": lambda image: image.created,
    "image-id": lambda image: image.id,
    "image-type": lambda image: "machine",
    "is-public": lambda image: image.public,
    "name": lambda image: image.name,
    "owner-alias": lambda image: image.alias,
    "owner-id": lambda image: image.owner,
    "root-device-name": lambda image: image.root_device,
    "root-device-type": lambda image: "ebs",
    "state": lambda image: image.state,
    "virtualization-type": lambda image: "hvm",
}


def images() -> list[Image]:
    """Not in the order of their dates, as EC2 gives them in none. The last ones must never be chosen: a stranger's, newest
    of all, under the same name; one that is not available yet; one of another architecture."""

    def debian(date: str, number: int, architecture: str = "amd64", **other: Any) -> Image:
        model = "x86_64" if architecture == "amd64" else "arm64"
        return Image(
            f"ami-0deb12{number:011x}", f"debian-12-{architecture}-{date}-{2000 + number}", DEBIAN,
            f"{date[:4]}-{date[4:6]}-{date[6:]}T08:15:{number:02d}.000Z", model, **other,
        )  # fmt: skip

    return [
        debian("20260210", 1),
        debian("20260811", 3, more_volumes={"/dev/xvdb": 4}),
        debian("20260519", 2),
        debian("20250428", 4, deprecated="2027-04-28T08:15:04.000Z"),
        debian("20260811", 5, "arm64"),
        debian("20261101", 6, state="pending"),
        Image("ami-0ab24040000000001", "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20260701", UBUNTU,
              "2026-07-01T07:00:00.000Z", alias="amazon", root_device="/dev/sda1"),
        Image("ami-0bad0000000000001", "debian-12-amd64-20261231-9999", STRANGER, "2026-12-31T00:00:00.000Z"),
    ]  # fmt: skip
