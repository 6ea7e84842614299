"""Actions that say what there is: images, zones, types, the default network."""

from typing import Any

from . import catalogue, errors, filters, paging
from .catalogue import IMAGE_FIELDS
from .request import Request, action
from .resources import Resource


class _Entry(Resource):
    """Something that is only listed."""


def _entries(values: list[dict[str, str]]) -> list[_Entry]:
    return [_Entry("", number + 1, 0.0, value) for number, value in enumerate(values)]


def _field(key: str):  # noqa: ANN202  an accessor
    return lambda entry: entry.tags[key]


@action("DescribeImages")
def describe_images(request: Request) -> dict[str, Any]:
    """Unknown ids are errors; owners and filters that match nothing give nothing. Deprecated ones only on demand."""
    region, identifiers = request.region, request.get("ImageIds", [])
    request.look()
    for identifier in identifiers:
        if not identifier.startswith("ami-"):
            raise errors.image_malformed(identifier)
    unknown = [identifier for identifier in identifiers if identifier not in region.images]
    if unknown:
        raise errors.image_not_found(unknown)
    owners = {region.owner if owner == "self" else owner for owner in request.get("Owners", [])}
    images = [
        image for image in region.images.values()
        if (not identifiers or image.id in identifiers) and (not owners or owners & {image.owner, image.alias})
        and (image.deprecated is None or identifiers or request.get("IncludeDeprecated"))
    ]  # fmt: skip
    images = filters.applied(request.get("Filters"), images, IMAGE_FIELDS)
    return {"Images": [image.public_form() for image in images]}


@action("DescribeAvailabilityZones")
def describe_zones(request: Request) -> dict[str, Any]:
    region = request.region
    request.look()
    short = "".join(part[0] for part in region.name.split("-")[1:-1])
    forms = [
        {
            "ZoneName": zone, "ZoneId": f"{region.name.split('-')[0]}{short}{region.name[-1]}-az{number}", "State": "available", "RegionName": region.name,
            "OptInStatus": "opt-in-not-required", "GroupName": region.name, "NetworkBorderGroup": region.name, "ZoneType": "availability-zone", "Messages": [],
        }
        for number, zone in enumerate(region.offered, 1)
    ]  # fmt: skip
    names = request.get("ZoneNames", [])
    for name in names:
        if name not in region.offered:
            raise errors.EC2Error("InvalidParameterValue", f"Invalid availability zone: [{name}]")
    entries = _entries(forms)
    fields = {name: _field(key) for name, key in (("zone-name", "ZoneName"), ("zone-id", "ZoneId"), ("state", "State"), ("region-name", "RegionName"), ("zone-type", "ZoneType"), ("opt-in-status", "OptInStatus"))}
    chosen = filters.applied(request.get("Filters"), entries, fields)
    return {"AvailabilityZones": [entry.tags for entry in chosen if not names or entry.tags["ZoneName"] in names]}


@action("DescribeInstanceTypeOfferings")
def describe_offerings(request: Request) -> dict[str, Any]:
    region, kind = request.region, request.get("LocationType", "region")
    request.look()
    places = {
        "availability-zone": region.offered,
        "availability-zone-id": {},
        "region": {region.name: frozenset().union(*region.offered.values())},
    }.get(kind)
    if places is None:
        raise errors.invalid_value("locationType", kind)
    # There are thousands; those of other types are left out first.
    wanted = [filters.pattern(value) for each in request.get("Filters", []) if each.get("Name") == "instance-type" for value in each.get("Values", [])]
    chosen_types = {type_ for types in places.values() for type_ in types if not wanted or any(each.fullmatch(type_) for each in wanted)}
    entries = _entries(
        [{"InstanceType": type_, "LocationType": kind, "Location": place} for place, types in places.items() for type_ in sorted(types & chosen_types)]
    )
    chosen = filters.applied(request.get("Filters"), entries, {"instance-type": _field("InstanceType"), "location": _field("Location")})
    page, token = paging.page(chosen, request.parameters, 5, 1000, None)
    return {"InstanceTypeOfferings": [entry.tags for entry in page], "NextToken": token}


@action("DescribeInstanceTypes")
def describe_types(request: Request) -> dict[str, Any]:
    """moto's data, as far as it goes."""
    region, names = request.region, request.get("InstanceTypes", [])
    request.look()
    known, offered = catalogue.types(), frozenset().union(*region.offered.values())
    for name in names:
        if name not in known or name not in offered:
            raise errors.EC2Error("InvalidInstanceType", f"The following supplied instance types do not exist: [{name}]")
    entries = _entries([known[name] for name in sorted(known) if name in offered and (not names or name in names)])
    chosen = filters.applied(request.get("Filters"), entries, {"instance-type": _field("InstanceType")})
    page, token = paging.page(chosen, request.parameters, 5, 100, None)
    return {"InstanceTypes": [entry.tags for entry in page], "NextToken": token}


@action("DescribeVpcs")
def describe_networks(request: Request) -> dict[str, Any]:
    region = request.region
    request.look()
    form = {"VpcId": region.network, "State": "available", "CidrBlock": "172.31.0.0/16", "OwnerId": region.owner, "IsDefault": True, "Tags": []}
    fields = {"vpc-id": _field("VpcId"), "is-default": _field("IsDefault"), "isDefault": _field("IsDefault"), "state": _field("State")}
    wanted = request.get("VpcIds", [])
    if any(identifier != region.network for identifier in wanted):
        raise errors.EC2Error("InvalidVpcID.NotFound", f"The vpc ID '{wanted[0]}' does not exist")
    return {"Vpcs": [entry.tags for entry in filters.applied(request.get("Filters"), _entries([form]), fields)]}


@action("DescribeSubnets")
def describe_subnets(request: Request) -> dict[str, Any]:
    region = request.region
    request.look()
    forms = [
        {
            "SubnetId": identifier, "VpcId": region.network, "State": "available", "CidrBlock": f"172.31.{16 * number}.0/20", "AvailabilityZone": zone,
            "AvailableIpAddressCount": 4091, "DefaultForAz": True, "MapPublicIpOnLaunch": True, "OwnerId": region.owner, "Tags": [],
        }
        for number, (zone, identifier) in enumerate(region.subnets.items())
    ]  # fmt: skip
    fields = {name: _field(key) for name, key in (("subnet-id", "SubnetId"), ("vpc-id", "VpcId"), ("availability-zone", "AvailabilityZone"), ("default-for-az", "DefaultForAz"), ("state", "State"))}
    wanted = request.get("SubnetIds", [])
    for identifier in wanted:
        if identifier not in region.subnets.values():
            raise errors.EC2Error("InvalidSubnetID.NotFound", f"The subnet ID '{identifier}' does not exist")
    chosen = filters.applied(request.get("Filters"), _entries(forms), fields)
    return {"Subnets": [entry.tags for entry in chosen if not wanted or entry.tags["SubnetId"] in wanted]}
