"""Actions on instances that exist: describe, start, stop, reboot, terminate."""

from typing import Any

from . import clock, errors, faults, filters, paging
from .instances import FIELDS, Instance
from .request import Request, action


def page_limit(request: Request) -> int | None:
    rule = request.region.faults.first(faults.PAGES, request.action)
    return max(1, rule.settings.get("size", 2)) if rule else None


@action("DescribeInstances")
def describe_instances(request: Request) -> dict[str, Any]:
    """Pages count instances; a reservation may be spread over several."""
    region, identifiers = request.region, request.get("InstanceIds", [])
    if identifiers and request.get("MaxResults") is not None:
        raise errors.EC2Error("InvalidParameterCombination", "The parameter instancesSet cannot be used with the parameter maxResults")
    request.look()
    instances = region.named_instances(identifiers) if identifiers else region.visible(region.instances.values())
    instances = filters.applied(request.get("Filters"), instances, FIELDS)
    chosen, token = paging.page(instances, request.parameters, 5, 1000, None if identifiers else page_limit(request))
    reservations: dict[str, list[Instance]] = {}
    for instance in chosen:
        reservations.setdefault(instance.reservation, []).append(instance)
    return {
        "Reservations": [
            {"ReservationId": each, "OwnerId": region.owner, "Groups": [], "Instances": [instance.public_form() for instance in instances]}
            for each, instances in reservations.items()
        ],
        "NextToken": token,
    }


@action("DescribeInstanceStatus")
def describe_instance_status(request: Request) -> dict[str, Any]:
    region, identifiers = request.region, request.get("InstanceIds", [])
    request.look()
    instances = region.named_instances(identifiers) if identifiers else region.visible(region.instances.values())
    if not request.get("IncludeAllInstances"):
        instances = [instance for instance in instances if instance.state == "running"]
    instances = filters.applied(request.get("Filters"), instances, FIELDS)
    chosen, token = paging.page(instances, request.parameters, 5, 1000, page_limit(request))
    forms = []
    for instance in chosen:
        status = {"Status": "ok" if instance.state == "running" else "not-applicable"}
        form = {"InstanceId": instance.id, "AvailabilityZone": instance.zone, "InstanceState": instance.state_form()}
        forms.append(form | {"InstanceStatus": status, "SystemStatus": status})
    return {"InstanceStatuses": forms, "NextToken": token}


@action("DescribeInstanceAttribute")
def describe_instance_attribute(request: Request) -> dict[str, Any]:
    [instance] = request.region.named_instances([request.required("InstanceId")])
    request.look()
    attribute = request.required("Attribute")
    values: dict[str, Any] = {
        "userData": {"UserData": {"Value": instance.user_data} if instance.user_data else {}},
        "instanceInitiatedShutdownBehavior": {"InstanceInitiatedShutdownBehavior": {"Value": instance.shutdown_behavior}},
        "instanceType": {"InstanceType": {"Value": instance.type}},
        "disableApiTermination": {"DisableApiTermination": {"Value": instance.disable_termination}},
    }
    if attribute not in values:
        raise errors.invalid_value("attribute", attribute)
    return {"InstanceId": instance.id, **values[attribute]}


def _changes(request: Request, key: str, change) -> dict[str, Any]:  # noqa: ANN001  a step of Region
    """What Start-, Stop- and TerminateInstances answer; all are checked before the first is touched."""
    identifiers = request.required("InstanceIds", "InstanceId")
    instances = request.region.named_instances(identifiers)
    change(instances, check=True)
    request.commit()
    before = {instance.id: instance.state_form() for instance in instances}
    change(instances, check=False)
    return {key: [{"InstanceId": each.id, "CurrentState": each.state_form(), "PreviousState": before[each.id]} for each in instances]}


@action("StartInstances", mutating=True)
def start_instances(request: Request) -> dict[str, Any]:
    region = request.region

    def start(instances: list[Instance], check: bool) -> None:
        for instance in instances:
            if check and instance.state not in ("stopped", "pending", "running"):
                raise errors.incorrect_state(instance.id, "started")
            if instance.state != "stopped":
                continue
            if check:
                for _ in region.faults.striking([faults.CAPACITY], request.action, instance.zone, instance.type):
                    raise errors.no_capacity(instance.type, instance.zone, [zone for zone in region.offered if zone != instance.zone])
            else:
                region.begin(instance, request.action)

    return _changes(request, "StartingInstances", start)


@action("StopInstances", mutating=True)
def stop_instances(request: Request) -> dict[str, Any]:
    def stop(instances: list[Instance], check: bool) -> None:
        for instance in instances:
            if check and instance.state not in ("running", "stopping", "stopped"):
                raise errors.incorrect_state(instance.id, "stopped")
            if not check and instance.state == "running":
                request.region.stop(instance)

    return _changes(request, "StoppingInstances", stop)


@action("TerminateInstances", mutating=True)
def terminate_instances(request: Request) -> dict[str, Any]:
    def terminate(instances: list[Instance], check: bool) -> None:
        for instance in instances:
            if check and instance.disable_termination:
                message = f"The instance '{instance.id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again."
                raise errors.EC2Error("OperationNotPermitted", message)
            if not check:
                request.region.terminate(instance)

    return _changes(request, "TerminatingInstances", terminate)


@action("RebootInstances", mutating=True)
def reboot_instances(request: Request) -> dict[str, Any]:
    instances = request.region.named_instances(request.required("InstanceIds", "InstanceId"))
    for instance in instances:
        if instance.state != "running":
            raise errors.incorrect_state(instance.id, "rebooted")
    request.commit()
    for instance in instances:
        request.region.reboot(instance)
    return {}


@action("DescribeVolumes")
def describe_volumes(request: Request) -> dict[str, Any]:
    region = request.region
    request.look()
    fields = {
        "attachment.instance-id": lambda volume: volume.instance,
        "encrypted": lambda volume: volume.encrypted,
        "status": lambda volume: "in-use" if volume.instance else "available",
        "volume-id": lambda volume: volume.id,
        "create-time": lambda volume: clock.iso(volume.created),
    }
    wanted = request.get("VolumeIds", [])
    for identifier in wanted:
        if identifier not in region.volumes:
            raise errors.EC2Error("InvalidVolume.NotFound", f"The volume '{identifier}' does not exist.")
    volumes = region.visible(volume for volume in region.volumes.values() if not wanted or volume.id in wanted)
    volumes = filters.applied(request.get("Filters"), volumes, fields)
    chosen, token = paging.page(volumes, request.parameters, 5, 500, page_limit(request))
    return {"Volumes": [volume.public_form() for volume in chosen], "NextToken": token}
