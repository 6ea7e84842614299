"""Actions on security groups. A name is taken at once, even while reads do not see the group yet."""

import re
from dataclasses import replace
from typing import Any

from . import errors, filters, paging, tags
from .region import Region
from .request import Request, action
from .resources import Group, Rule, parsed_rules
from .running import page_limit

NAME = re.compile(r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}")
FIELDS = {
    "description": lambda group: group.description,
    "group-id": lambda group: group.id,
    "group-name": lambda group: group.name,
    "ip-permission.cidr": lambda group: [rule.source for rule in group.rules if not rule.source.startswith("sg-")],
    "ip-permission.from-port": lambda group: [rule.first for rule in group.rules],
    "ip-permission.group-id": lambda group: [rule.source for rule in group.rules if rule.source.startswith("sg-")],
    "ip-permission.protocol": lambda group: [rule.protocol for rule in group.rules],
    "ip-permission.to-port": lambda group: [rule.last for rule in group.rules],
    "owner-id": lambda group: group.owner,
    "vpc-id": lambda group: group.network,
}


@action("CreateSecurityGroup", mutating=True)
def create_security_group(request: Request) -> dict[str, Any]:
    region = request.region
    name, description = request.required("GroupName"), request.required("Description", "groupDescription")
    if not NAME.fullmatch(name) or name.startswith("sg-"):
        raise errors.EC2Error("InvalidParameterValue", f"Value ({name}) for parameter GroupName is invalid. Character sets beyond ASCII are not supported.")
    if not NAME.fullmatch(description):
        raise errors.EC2Error("InvalidParameterValue", f"Value ({description}) for parameter GroupDescription is invalid.")
    network = request.get("VpcId", region.network)
    if network != region.network:
        raise errors.EC2Error("InvalidVpcID.NotFound", f"The vpc ID '{network}' does not exist")
    given = tags.specified(request.parameters, {"security-group"}).get("security-group", {})
    if any(group.name == name for group in region.groups.values()):
        raise errors.group_duplicate(name, network)
    request.commit()
    group = Group(region.identifier("sg"), region.next(), region.clock.now(), given, name, description, network, region.owner)
    region.groups[group.id] = group
    region.late(group, "group", request.action)
    return {"GroupId": group.id, "Tags": tags.public_form(given)}


@action("DescribeSecurityGroups")
def describe_security_groups(request: Request) -> dict[str, Any]:
    region = request.region
    request.look()
    groups = region.visible(region.groups.values())
    wanted = [region.group(identifier=each) for each in request.get("GroupIds", [])] + [region.group(name=each) for each in request.get("GroupNames", [])]
    if wanted:
        groups = [group for group in groups if any(group is each for each in wanted)]
    groups = filters.applied(request.get("Filters"), groups, FIELDS)
    chosen, token = paging.page(groups, request.parameters, 5, 1000, page_limit(request))
    return {"SecurityGroups": [group.public_form() for group in chosen], "NextToken": token}


@action("DeleteSecurityGroup", mutating=True)
def delete_security_group(request: Request) -> dict[str, Any]:
    region = request.region
    group = _named(request)
    if group.name == "default":
        raise errors.EC2Error("CannotDelete", f"the specified group: \"{group.id}\" name: \"default\" cannot be deleted by a user")
    referred = any(rule.source == group.id for other in region.groups.values() if other is not group for rule in other.rules)
    if region.users_of(group) or referred:
        raise errors.group_in_use(group.id)
    request.commit()
    del region.groups[group.id]
    return {"Return": True, "GroupId": group.id}


@action("AuthorizeSecurityGroupIngress", mutating=True)
def authorize_ingress(request: Request) -> dict[str, Any]:
    """All rules or none."""
    region, group = request.region, _named(request)
    rules = _rules(request)
    for place, rule in enumerate(rules):
        if rule in group.rules or rule in rules[:place]:
            raise errors.permission_duplicate(rule.text())
    request.commit()
    made = [replace(rule, id=region.identifier("sgr")) for rule in rules]
    group.rules += made
    return {"Return": True, "SecurityGroupRules": [_rule_form(region, group, rule) for rule in made]}


@action("RevokeSecurityGroupIngress", mutating=True)
def revoke_ingress(request: Request) -> dict[str, Any]:
    region, group = request.region, _named(request)
    identifiers = request.get("SecurityGroupRuleIds", [])
    if identifiers:
        chosen = [rule for rule in group.rules if rule.id in identifiers]
        if len(chosen) != len(set(identifiers)):
            raise errors.EC2Error("InvalidSecurityGroupRuleId.NotFound", f"The security group rule ID '{identifiers[0]}' does not exist")
    else:
        chosen = _rules(request)
        if any(rule not in group.rules for rule in chosen):
            raise errors.permission_not_found()
    request.commit()
    group.rules = [rule for rule in group.rules if rule not in chosen]
    return {"Return": True}


@action("DescribeSecurityGroupRules")
def describe_rules(request: Request) -> dict[str, Any]:
    region = request.region
    request.look()
    wanted = set(request.get("SecurityGroupRuleIds", []))
    groups = filters.applied(request.get("Filters"), region.visible(region.groups.values()), {"group-id": FIELDS["group-id"]})
    rules = [_rule_form(region, group, rule) for group in groups for rule in group.rules if not wanted or rule.id in wanted]
    return {"SecurityGroupRules": rules}


def _named(request: Request) -> Group:
    identifier, name = request.get("GroupId"), request.get("GroupName")
    if not identifier and not name:
        raise errors.EC2Error("MissingParameter", "The request must contain the parameter groupName or groupId")
    return request.region.group(identifier=identifier, name=name)


def _rules(request: Request) -> list[Rule]:
    """The rules asked for, by IpPermissions or by the older single parameters; groups by name become groups by id."""
    region = request.region
    permissions = list(request.get("IpPermissions", []))
    if request.get("CidrIp"):
        ports = {key: request.parameters[key] for key in ("IpProtocol", "FromPort", "ToPort") if key in request.parameters}
        permissions.append(ports | {"IpRanges": [{"CidrIp": request.get("CidrIp")}]})
    rules = []
    for permission in permissions:
        for rule in parsed_rules(permission):
            if rule.source.startswith("name:"):
                rule = replace(rule, source=region.group(name=rule.source[5:]).id)
            elif rule.source.startswith("sg-"):
                region.group(identifier=rule.source)
            rules.append(rule)
    if not rules:
        raise errors.missing("ipPermissions")
    return rules


def _rule_form(region: Region, group: Group, rule: Rule) -> dict[str, Any]:
    form: dict[str, Any] = {
        "SecurityGroupRuleId": rule.id, "GroupId": group.id, "GroupOwnerId": region.owner, "IsEgress": False, "IpProtocol": rule.protocol,
        "FromPort": -1 if rule.first is None else rule.first, "ToPort": -1 if rule.last is None else rule.last, "Tags": [],
    }  # fmt: skip
    if rule.description:
        form["Description"] = rule.description
    if rule.source.startswith("sg-"):
        form["ReferencedGroupInfo"] = {"GroupId": rule.source, "UserId": region.owner}
    else:
        form["CidrIpv6" if ":" in rule.source else "CidrIpv4"] = rule.source
    return form
