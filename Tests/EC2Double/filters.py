"""EC2's filters: every name must match, any value of a name may; `*` and `?` are wildcards; letters' case counts."""

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from . import errors

Resource = TypeVar("Resource")
# From a filter's name to what it looks at: one value or several.
Fields = Mapping[str, Callable[[Any], Any]]


@functools.lru_cache(maxsize=1024)
def pattern(value: str) -> re.Pattern[str]:
    """`\\*` and `\\?` stand for themselves."""
    parts = re.findall(r"\\[*?\\]|.", value, re.DOTALL)
    translated = {"*": ".*", "?": "."}
    return re.compile("".join(translated.get(part) or re.escape(part[-1]) for part in parts), re.DOTALL)


def applied(filters: Iterable[dict[str, Any]] | None, resources: Iterable[Resource], fields: Fields) -> list[Resource]:
    """The resources that pass. `tag:KEY`, `tag-key` and `tag-value` look at the resource's `visible_tags`."""
    tests = []
    for given in filters or ():
        name, values = given.get("Name", ""), given.get("Values")
        if not values:
            raise errors.EC2Error("InvalidParameterValue", f"The filter '{name}' must have a value")
        tests.append((_values_of(name, fields), [pattern(value) for value in values]))
    return [resource for resource in resources if all(_any(of(resource), patterns) for of, patterns in tests)]


def _values_of(name: str, fields: Fields) -> Callable[[Any], Any]:
    if name.startswith("tag:"):
        key = name[4:]
        return lambda resource: resource.visible_tags.get(key)
    if name == "tag-key":
        return lambda resource: list(resource.visible_tags)
    if name == "tag-value":
        return lambda resource: list(resource.visible_tags.values())
    if name not in fields:
        raise errors.invalid_filter(name)
    return fields[name]


def _any(value: Any, patterns: list[re.Pattern[str]]) -> bool:
    values = value if isinstance(value, list) else [value]
    return any(item is not None and any(each.fullmatch(_text(item)) for each in patterns) for item in values)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
