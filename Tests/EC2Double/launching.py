"""RunInstances: idempotent by client token, all or nothing between MinCount and MaxCount."""

import base64
import binascii
import json
from typing import Any

from . import catalogue, errors, faults, tags
from .catalogue import Image
from .instances import Instance
from .region import Launch, Region
from .request import Request, action
from .resources import Group, Volume

TAGGABLE = {"instance", "volume", "network-interface", "spot-instances-request"}
USER_DATA_LIMIT = 16384


@action("RunInstances", mutating=True)
def run_instances(request: Request) -> dict[str, Any]:
    region = request.region
    least, most = request.required("MinCount"), request.required("MaxCount")
    if not 1 <= least <= most:
        raise errors.EC2Error("InvalidParameterValue", f"MinCount {least} and MaxCount {most}: expected 1 <= MinCount <= MaxCount")
    zone = _zone(request)
    token = request.get("ClientToken")
    if token is not None and not 0 < len(token) <= 64:
        raise errors.EC2Error("InvalidClientToken", "Idempotency token exceeds the maximum length of 64")
    launch = Launch(_fingerprint(request))
    if token:
        known = region.launches.get((token, zone))
        if known:
            if known.parameters != launch.parameters:
                raise errors.token_mismatch()
            if known.reservation:
                return _repeated(request, known)
            launch = known
    image = _image(region, request.required("ImageId"))
    type_ = request.get("InstanceType", "m1.small")
    chosen = _offering_zone(region, type_, zone)
    groups = _groups(request)
    key = request.get("KeyName")
    pairs = {pair.name: pair for pair in region.visible(region.keys.values())}
    if key and key not in pairs:
        raise errors.key_not_found(key)
    by_type = tags.specified(request.parameters, TAGGABLE)
    volumes = _volume_requests(request, image)
    user_data = _user_data(request)
    request.look()
    # From here on the token belongs to these parameters, even when nothing can be made.
    if token:
        region.launches[(token, zone)] = launch
    count = _allowed(request, type_, chosen, least, most)
    request.commit()
    launch.reservation = region.identifier("r")
    for index in range(count):
        private, _ = region.address()
        instance = Instance(
            region.identifier("i"), region.next(), region.clock.now(), dict(by_type.get("instance", {})),
            launch.reservation, index, image, type_, key, groups, region.network, region.subnets[chosen], chosen, region.name, region.owner, token,
            user_data, request.get("InstanceInitiatedShutdownBehavior", "stop"), _metadata(request), private, public_key=pairs[key].material if key else "",
            disable_termination=bool(request.get("DisableApiTermination")),
        )  # fmt: skip
        region.instances[instance.id] = instance
        region.late(instance, "instance", request.action)
        for device, asked in volumes.items():
            volume = Volume(
                region.identifier("vol"), region.next(), instance.created, dict(by_type.get("volume", {})), asked.get("VolumeSize"),
                asked.get("VolumeType", "gp2"), bool(asked.get("Encrypted")), chosen, device, asked.get("DeleteOnTermination", True), instance.id,
            )  # fmt: skip
            region.volumes[volume.id] = volume
            instance.volumes.append(volume)
        region.record(instance, request.call.n)
        region.begin(instance, request.action)
        launch.instances.append(instance)
    return _reservation(region, launch)


def _reservation(region: Region, launch: Launch) -> dict[str, Any]:
    for instance in launch.instances:
        # The caller sees what it has just made, whatever other reads see.
        instance.visible_tags = instance.tags
    return {
        "ReservationId": launch.reservation, "OwnerId": region.owner, "Groups": [],
        "Instances": [instance.public_form() for instance in launch.instances],
    }  # fmt: skip


def _repeated(request: Request, launch: Launch) -> dict[str, Any]:
    """The same token and parameters: nothing is made. When its instances have ended, EC2 has done both of two things over the
    years: it fails (since 2025) or shows the terminated ones; `Double.token_of_terminated` chooses."""
    ended = all(instance.state in ("shutting-down", "terminated") for instance in launch.instances)
    if ended and request.region.token_of_terminated == "fails":
        raise errors.token_terminated()
    request.look()
    return _reservation(request.region, launch)


def _fingerprint(request: Request) -> str:
    """What must be equal for a token to stand for the same request: all but the zone, which scopes it, and DryRun."""
    left_out = {"ClientToken", "DryRun", "Placement.AvailabilityZone", "SubnetId"}
    return json.dumps({name: value for name, value in request.values.items() if name not in left_out}, sort_keys=True)


def _zone(request: Request) -> str | None:
    """The zone asked for, by name or by subnet: it makes the client token zonal."""
    region = request.region
    subnet = request.get("SubnetId")
    if subnet:
        for zone, identifier in region.subnets.items():
            if identifier == subnet:
                return zone
        raise errors.EC2Error("InvalidSubnetID.NotFound", f"The subnet ID '{subnet}' does not exist")
    zone = request.get("Placement", {}).get("AvailabilityZone")
    if zone is not None and zone not in region.offered:
        raise errors.EC2Error("InvalidParameterValue", f"Invalid availability zone: [{zone}]")
    return zone


def _image(region: Region, identifier: str) -> Image:
    if not identifier.startswith("ami-"):
        raise errors.image_malformed(identifier)
    image = region.images.get(identifier)
    if image is None:
        raise errors.image_not_found([identifier])
    if image.state != "available":
        raise errors.EC2Error("InvalidAMIID.Unavailable", f"The image ID '[{identifier}]' is not available")
    return image


def _offering_zone(region: Region, type_: str, zone: str | None) -> str:
    offering = [each for each, types in region.offered.items() if type_ in types]
    if not offering:
        raise errors.type_invalid(type_)
    if zone is None:
        return region.random.choice(offering)
    if zone not in offering:
        raise errors.type_not_in_zone(type_, zone, offering)
    return zone


def _groups(request: Request) -> list[Group]:
    region = request.region
    groups = [region.group(identifier=each) for each in request.get("SecurityGroupIds", [])]
    groups += [region.group(name=each) for each in request.get("SecurityGroups", [])]
    return groups or [region.group(name="default")]


def _allowed(request: Request, type_: str, zone: str, least: int, most: int) -> int:
    """How many are made: capacity and quota may leave fewer than MaxCount, and with fewer than MinCount there are none."""
    region, place = request.region, (request.action, zone, type_)
    for rule in region.faults.striking([faults.VCPU_LIMIT], *place):
        limit, each = rule.settings.get("limit", 0), catalogue.vcpus(type_)
        used = sum(catalogue.vcpus(other.type) for other in _running(region) if catalogue.bucket(other.type) == catalogue.bucket(type_))
        if used + least * each > limit:
            raise errors.vcpu_limit(limit)
        most = min(most, (limit - used) // each)
    for rule in region.faults.striking([faults.INSTANCE_LIMIT], *place):
        limit = rule.settings.get("limit", 0)
        used = sum(other.type == type_ for other in _running(region))
        if used + least > limit:
            raise errors.instance_limit(used + least, limit)
        most = min(most, limit - used)
    for rule in region.faults.striking([faults.CAPACITY], *place):
        left = rule.settings.get("limit", 0)
        if left < least:
            raise errors.no_capacity(type_, zone, [each for each, types in region.offered.items() if type_ in types and each != zone])
        most = min(most, left)
    return most


def _running(region: Region) -> list[Instance]:
    return [instance for instance in region.instances.values() if instance.state in ("pending", "running")]


def _volume_requests(request: Request, image: Image) -> dict[str, dict[str, Any]]:
    """By device: what was asked for, over what the image brings."""
    volumes = image.volumes()
    for mapping in request.get("BlockDeviceMappings", []):
        device, asked = mapping.get("DeviceName"), mapping.get("Ebs", {})
        if not device:
            raise errors.missing("deviceName")
        volumes[device] = {**volumes.get(device, {}), **asked}
        size = volumes[device].get("VolumeSize")
        if size is None:
            raise errors.missing("size or the snapshotId")
        if device == image.root_device and size < image.size_gb:
            raise errors.EC2Error(
                "InvalidBlockDeviceMapping", f"Volume of size {size}GB is smaller than snapshot 'snap-{image.id[4:]}', expect size >= {image.size_gb}GB"
            )
    return volumes


def _user_data(request: Request) -> str | None:
    given = request.get("UserData")
    if given is None:
        return None
    try:
        size = len(base64.b64decode(given, validate=True))
    except binascii.Error:
        raise errors.EC2Error("InvalidParameterValue", "Invalid BASE64 encoding of user data") from None
    if size > USER_DATA_LIMIT:
        raise errors.EC2Error("InvalidParameterValue", f"User data is limited to {USER_DATA_LIMIT} bytes")
    return given


def _metadata(request: Request) -> dict[str, Any]:
    usual = {"State": "applied", "HttpTokens": "optional", "HttpPutResponseHopLimit": 1, "HttpEndpoint": "enabled", "InstanceMetadataTags": "disabled"}
    return usual | request.get("MetadataOptions", {})
