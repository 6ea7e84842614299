"""Tags: EC2's limits on them, and those given while a resource is made."""

from typing import Any

from . import errors


def checked(pairs: list[dict[str, Any]]) -> dict[str, str]:
    tags: dict[str, str] = {}
    for pair in pairs:
        key, value = pair.get("Key"), pair.get("Value", "")
        if not key:
            raise errors.EC2Error("InvalidParameterValue", "Tag keys must not be empty")
        if key.lower().startswith("aws:"):
            raise errors.EC2Error("InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use")
        if len(key) > 128:
            raise errors.EC2Error("InvalidParameterValue", f"Tag key exceeds the maximum length of 128 characters: '{key}'")
        if len(value) > 256:
            raise errors.EC2Error("InvalidParameterValue", f"Tag value exceeds the maximum length of 256 characters: '{value}'")
        if key in tags:
            raise errors.EC2Error("InvalidParameterValue", f"Duplicate tag key '{key}' specified.")
        tags[key] = value
    limited(tags)
    return tags


def limited(tags: dict[str, str]) -> None:
    if len(tags) > 50:
        raise errors.EC2Error("TagLimitExceeded", "More than 50 tags specified")


def specified(parameters: dict[str, Any], allowed: set[str]) -> dict[str, dict[str, str]]:
    """Tags by resource type from TagSpecifications."""
    found: dict[str, dict[str, str]] = {}
    for specification in parameters.get("TagSpecifications", []):
        kind = specification.get("ResourceType")
        if kind not in allowed:
            raise errors.EC2Error("InvalidParameterValue", f"'{kind}' is not a valid taggable resource type for this operation.")
        if kind in found:
            raise errors.EC2Error("InvalidParameterValue", f"Tag specification resource type '{kind}' is given twice.")
        if not specification.get("Tags"):
            raise errors.EC2Error("InvalidParameterValue", "Tag specification must have at least one tag")
        found[kind] = checked(specification["Tags"])
    return found


def public_form(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
