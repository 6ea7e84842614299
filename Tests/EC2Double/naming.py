"""Actions on key pairs and tags."""

from typing import Any

from . import errors, filters, paging, tags
from .region import Region
from .request import Request, action
from .resources import KeyPair, Resource, parsed_key
from .running import page_limit

KEY_FIELDS = {
    "fingerprint": lambda key: key.fingerprint,
    "key-name": lambda key: key.name,
    "key-pair-id": lambda key: key.id,
}
KINDS = {"i": "instance", "sg": "security-group", "key": "key-pair", "vol": "volume"}


@action("ImportKeyPair", mutating=True)
def import_key_pair(request: Request) -> dict[str, Any]:
    region, name = request.region, request.required("KeyName")
    if len(name) > 255:
        raise errors.invalid_value("keyName", name)
    material = request.required("PublicKeyMaterial")
    kind, fingerprint = parsed_key(material)
    given = tags.specified(request.parameters, {"key-pair"}).get("key-pair", {})
    if name in region.keys:
        raise errors.key_duplicate(name)
    request.commit()
    key = KeyPair(region.identifier("key"), region.next(), region.clock.now(), given, name, material.decode().strip(), kind, fingerprint)
    region.keys[name] = key
    region.late(key, "key", request.action)
    return {"KeyName": name, "KeyPairId": key.id, "KeyFingerprint": fingerprint, "Tags": tags.public_form(given)}


@action("DescribeKeyPairs")
def describe_key_pairs(request: Request) -> dict[str, Any]:
    region = request.region
    request.look()
    keys = region.visible(region.keys.values())
    names, identifiers = request.get("KeyNames", []), request.get("KeyPairIds", [])
    for name in names:
        if name not in {key.name for key in keys}:
            raise errors.key_not_found(name)
    for identifier in identifiers:
        if identifier not in {key.id for key in keys}:
            raise errors.key_not_found(identifier)
    if names or identifiers:
        keys = [key for key in keys if key.name in names or key.id in identifiers]
    keys = filters.applied(request.get("Filters"), keys, KEY_FIELDS)
    return {"KeyPairs": [key.public_form(bool(request.get("IncludePublicKey"))) for key in keys]}


@action("DeleteKeyPair", mutating=True)
def delete_key_pair(request: Request) -> dict[str, Any]:
    """Of a key pair that does not exist it is a success, as on EC2."""
    region, name, identifier = request.region, request.get("KeyName"), request.get("KeyPairId")
    if not name and not identifier:
        raise errors.EC2Error("MissingParameter", "The request must contain the parameter KeyName or KeyPairId")
    found = next((key for key in region.keys.values() if key.name == name or key.id == identifier), None)
    request.commit()
    if found:
        del region.keys[found.name]
    return {"Return": True, "KeyPairId": found.id if found else None}


def _tagged(region: Region) -> list[Resource]:
    return [*region.instances.values(), *region.groups.values(), *region.keys.values(), *region.volumes.values()]


def _named(request: Request) -> list[Resource]:
    """The visible resources asked for; one that is unknown fails them all."""
    region = request.region
    known = {resource.id: resource for resource in region.visible(_tagged(region))}
    found = []
    for identifier in request.required("Resources", "ResourceId"):
        if identifier not in known:
            raise _not_found(identifier)
        found.append(known[identifier])
    return found


def _not_found(identifier: str) -> errors.EC2Error:
    kind = identifier.split("-")[0]
    if kind == "i":
        return errors.instances_not_found([identifier])
    if kind == "sg":
        return errors.group_not_found(identifier)
    if kind == "key":
        return errors.key_not_found(identifier)
    if kind == "vol":
        return errors.EC2Error("InvalidVolume.NotFound", f"The volume '{identifier}' does not exist.")
    return errors.EC2Error("InvalidID", f"The ID '{identifier}' is not valid")


@action("CreateTags", mutating=True)
def create_tags(request: Request) -> dict[str, Any]:
    given = tags.checked(request.required("Tags", "Tag"))
    resources = _named(request)
    for resource in resources:
        tags.limited(resource.tags | given)
    request.commit()
    for resource in resources:
        resource.tags.update(given)
        record = request.region.ledger.machines.get(resource.id)
        if record:
            record.tags.update(given)
    return {}


@action("DeleteTags", mutating=True)
def delete_tags(request: Request) -> dict[str, Any]:
    """With a value only where the value is that; without any tag, all of them."""
    given, resources = request.get("Tags", []), _named(request)
    request.commit()
    for resource in resources:
        if not given:
            resource.tags.clear()
        for pair in given:
            if resource.tags.get(pair.get("Key")) is not None and pair.get("Value") in (None, resource.tags[pair["Key"]]):
                del resource.tags[pair["Key"]]
    return {}


class _Tag(Resource):
    """A tag as something that can be filtered and paged."""


@action("DescribeTags")
def describe_tags(request: Request) -> dict[str, Any]:
    region = request.region
    request.look()
    forms = []
    for resource in region.visible(_tagged(region)):
        kind = KINDS[resource.id.split("-")[0]]
        for key, value in resource.visible_tags.items():
            forms.append(_Tag(resource.id, len(forms) + 1, resource.created, {"key": key, "value": value, "kind": kind}))
    fields = {
        "key": lambda tag: tag.tags["key"],
        "value": lambda tag: tag.tags["value"],
        "resource-id": lambda tag: tag.id,
        "resource-type": lambda tag: tag.tags["kind"],
    }
    chosen, token = paging.page(filters.applied(request.get("Filters"), forms, fields), request.parameters, 5, 1000, page_limit(request))
    return {
        "Tags": [{"ResourceId": tag.id, "ResourceType": tag.tags["kind"], "Key": tag.tags["key"], "Value": tag.tags["value"]} for tag in chosen],
        "NextToken": token,
    }
