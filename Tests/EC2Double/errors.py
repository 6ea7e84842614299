"""Errors in EC2's own words: code, message and HTTP status, because programs branch on all three."""

from collections.abc import Iterable


class EC2Error(Exception):
    """What EC2 answers instead of a result."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def _several(identifiers: Iterable[str], one: str, many: str) -> str:
    listed = list(identifiers)
    return one.format(f"'{listed[0]}'") if len(listed) == 1 else many.format(f"'{', '.join(listed)}'")


def instances_not_found(identifiers: Iterable[str]) -> EC2Error:
    message = _several(identifiers, "The instance ID {} does not exist", "The instance IDs {} do not exist")
    return EC2Error("InvalidInstanceID.NotFound", message)


def instance_malformed(identifier: str) -> EC2Error:
    return EC2Error("InvalidInstanceID.Malformed", f'Invalid id: "{identifier}"')


def incorrect_state(identifier: str, doing: str) -> EC2Error:
    return EC2Error("IncorrectInstanceState", f"The instance '{identifier}' is not in a state from which it can be {doing}.")


def group_not_found(name_or_id: str) -> EC2Error:
    kind = "security group" if name_or_id.startswith("sg-") else "security group name"
    return EC2Error("InvalidGroup.NotFound", f"The {kind} '{name_or_id}' does not exist")


def group_duplicate(name: str, network: str) -> EC2Error:
    return EC2Error("InvalidGroup.Duplicate", f"The security group '{name}' already exists for VPC '{network}'")


def group_in_use(identifier: str) -> EC2Error:
    return EC2Error("DependencyViolation", f"resource {identifier} has a dependent object")


def permission_duplicate(rule: str) -> EC2Error:
    message = f'the specified rule "{rule}" already exists'
    return EC2Error("InvalidPermission.Duplicate", message)


def permission_not_found() -> EC2Error:
    return EC2Error("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")


def key_not_found(name: str) -> EC2Error:
    return EC2Error("InvalidKeyPair.NotFound", f"The key pair '{name}' does not exist")


def key_duplicate(name: str) -> EC2Error:
    return EC2Error("InvalidKeyPair.Duplicate", f"The keypair already exists: {name}")


def image_not_found(identifiers: Iterable[str]) -> EC2Error:
    message = _several(identifiers, "The image id '[{}]' does not exist", "The image ids '[{}]' do not exist")
    return EC2Error("InvalidAMIID.NotFound", message.replace("''", "'").replace("['", "[").replace("']", "]"))


def image_malformed(identifier: str) -> EC2Error:
    return EC2Error("InvalidAMIID.Malformed", f'Invalid id: "{identifier}" (expecting "ami-...")')


def missing(parameter: str) -> EC2Error:
    return EC2Error("MissingParameter", f"The request must contain the parameter {parameter}")


def invalid_value(parameter: str, value: object, why: str = "") -> EC2Error:
    message = f"Value ({value}) for parameter {parameter} is invalid." + (f" {why}" if why else "")
    return EC2Error("InvalidParameterValue", message)


def invalid_filter(name: str) -> EC2Error:
    return EC2Error("InvalidParameterValue", f"The filter '{name}' is invalid")


def unknown_parameter(name: str) -> EC2Error:
    return EC2Error("UnknownParameter", f"The parameter {name} is not recognized")


def type_invalid(name: str) -> EC2Error:
    return EC2Error("InvalidParameterValue", f"Invalid value '{name}' for InstanceType.")


def type_not_in_zone(name: str, zone: str, others: Iterable[str]) -> EC2Error:
    choose = ", ".join(others)
    return EC2Error(
        "Unsupported",
        f"Your requested instance type ({name}) is not supported in your requested Availability Zone ({zone}). "
        f"Please retry your request by not specifying an Availability Zone or choosing {choose}.",
    )


def no_capacity(name: str, zone: str, others: Iterable[str]) -> EC2Error:
    choose = ", ".join(others)
    return EC2Error(
        "InsufficientInstanceCapacity",
        f"We currently do not have sufficient {name} capacity in the Availability Zone you requested ({zone}). "
        "Our system will be working on provisioning additional capacity. "
        f"You can currently get {name} capacity by not specifying an Availability Zone in your request or choosing {choose}.",
        500,
    )


def vcpu_limit(limit: int) -> EC2Error:
    return EC2Error(
        "VcpuLimitExceeded",
        f"You have requested more vCPU capacity than your current vCPU limit of {limit} allows for the instance bucket "
        "that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request "
        "to request an adjustment to this limit.",
    )


def instance_limit(requested: int, limit: int) -> EC2Error:
    return EC2Error(
        "InstanceLimitExceeded",
        f"You have requested more instances ({requested}) than your current instance limit of {limit} allows for the "
        "specified instance type. Please visit http://aws.amazon.com/contact-us/ec2-request "
        "to request an adjustment to this limit.",
    )


def token_mismatch() -> EC2Error:
    return EC2Error(
        "IdempotentParameterMismatch",
        "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
    )


def token_terminated() -> EC2Error:
    return EC2Error(
        "IdempotentInstanceTerminated",
        "The client token you have provided is associated with a terminated instance. Please use a different client token.",
    )


def dry_run() -> EC2Error:
    return EC2Error("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)


def throttled() -> EC2Error:
    return EC2Error("RequestLimitExceeded", "Request limit exceeded.", 503)


def internal() -> EC2Error:
    return EC2Error("InternalError", "An internal error has occurred", 500)


def auth_failure() -> EC2Error:
    return EC2Error("AuthFailure", "AWS was not able to validate the provided access credentials", 401)


def signature_mismatch() -> EC2Error:
    return EC2Error(
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. "
        "Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
        403,
    )


def request_expired() -> EC2Error:
    return EC2Error("RequestExpired", "Request has expired.")


def token_expired() -> EC2Error:
    return EC2Error("ExpiredToken", "The security token included in the request is expired", 403)


def unauthorized(action: str, user: str) -> EC2Error:
    return EC2Error(
        "UnauthorizedOperation",
        f"You are not authorized to perform this operation. User: {user} is not authorized to perform: ec2:{action} "
        f"because no identity-based policy allows the ec2:{action} action. "
        "Encoded authorization failure message: oaENCODEDoaENCODEDoa",
        403,
    )
