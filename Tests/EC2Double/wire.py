"""EC2's Query protocol, from botocore's model of EC2: form parameters in, XML out.

moto parses; that the parameters are flattened exactly as botocore flattens them is checked by flattening them again.
moto's serializer takes 40 ms for 100 instances, so the XML is written here.
"""

import functools
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from botocore import serialize
from botocore.model import Shape
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.utils import get_service_model

from . import errors

NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"
HEADER = '<?xml version="1.0" encoding="UTF-8"?>\n'
# What every request carries beside the parameters of its action.
COMMON = {"Action", "Version"}


@functools.cache
def operation(action: str) -> Any:
    """The model of an action; without one EC2 knows no such action."""
    model = get_service_model("ec2")
    if action not in model.operation_names:
        raise errors.EC2Error("InvalidAction", f"The action {action} is not valid for this web service.")
    return model.operation_model(action)


@functools.cache
def _parser(action: str) -> Any:
    return PROTOCOL_PARSERS["ec2"](operation(action))


_serializer = serialize.create_serializer("ec2", include_validation=False)


def form(body: bytes) -> dict[str, str]:
    """The parameters of a form; a repeated one is refused, as an honest client sends none."""
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, strict_parsing=bool(body))
    except ValueError as error:
        raise errors.EC2Error("MalformedQueryString", f"The query string is malformed: {error}", 400) from None
    values = dict(pairs)
    if len(values) != len(pairs):
        raise errors.EC2Error("MalformedQueryString", "A parameter is given twice", 400)
    return values


def parse(action: str, values: dict[str, str]) -> dict[str, Any]:
    """Typed parameters. Names that botocore would not send are unknown to EC2 as well."""
    model = operation(action)
    request = {"method": "POST", "values": values, "headers": {}, "body": "", "url_path": "/", "url_params": {}}
    try:
        parameters = dict(_parser(action).parse(request) or {})
        sent = _serializer.serialize_to_request(parameters, model)["body"]
    except Exception as error:
        raise errors.EC2Error("InvalidParameterValue", f"A parameter has no valid value: {error}") from None
    for name in values:
        if name not in sent and name not in COMMON:
            raise errors.unknown_parameter(name)
    return parameters


def result(action: str, request_id: str, value: dict[str, Any]) -> str:
    parts = [HEADER, f'<{action}Response xmlns="{NAMESPACE}">\n    <requestId>{request_id}</requestId>']
    shape = operation(action).output_shape
    if shape is None:
        parts.append("<return>true</return>")
    else:
        _write(parts, shape, value)
    parts.append(f"</{action}Response>")
    return "".join(parts)


def error(problem: errors.EC2Error, request_id: str) -> str:
    return (
        f"{HEADER}<Response><Errors><Error><Code>{problem.code}</Code><Message>{escape(problem.message)}</Message>"
        f"</Error></Errors><RequestID>{request_id}</RequestID></Response>"
    )


@functools.cache
def _members(shape: Shape) -> dict[str, tuple[str, Shape]]:
    return {name: (member.serialization.get("name", name), member) for name, member in shape.members.items()}


def _write(parts: list[str], shape: Shape, value: Any) -> None:
    if shape.type_name == "structure":
        members = _members(shape)
        for name, item in value.items():
            if item is None:
                continue
            tag, member = members[name]
            parts.append(f"<{tag}>")
            _write(parts, member, item)
            parts.append(f"</{tag}>")
    elif shape.type_name == "list":
        tag = shape.member.serialization.get("name", "item")
        for item in value:
            parts.append(f"<{tag}>")
            _write(parts, shape.member, item)
            parts.append(f"</{tag}>")
    elif shape.type_name == "boolean":
        parts.append("true" if value else "false")
    else:
        parts.append(escape(str(value)))
