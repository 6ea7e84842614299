"""Pages. A page may be shorter than asked for and still not the last: only the absence of a token says so."""

from typing import Any, TypeVar

from . import errors
from .resources import Resource

Item = TypeVar("Item", bound=Resource)


def page(items: list[Item], parameters: dict[str, Any], least: int, most: int, largest: int | None) -> tuple[list[Item], str | None]:
    """A page of `items` and the token of the next one. `largest` makes it shorter than asked for.

    The token names the last item of the page, so that what ends between two pages shifts nothing.
    """
    asked = parameters.get("MaxResults")
    if asked is not None and not least <= asked <= most:
        raise errors.invalid_value("maxResults", asked, f"Expecting a value between {least} and {most}.")
    token = parameters.get("NextToken")
    if token:
        try:
            last = int(token.removeprefix("page-"), 16)
        except ValueError:
            raise errors.EC2Error("InvalidNextToken", f"Invalid value '{token}' for nextToken.") from None
        items = [item for item in items if item.sequence > last]
    size = asked or most
    if largest is not None:
        size = min(size, largest)
    chosen = items[:size]
    return chosen, (f"page-{chosen[-1].sequence:08x}" if len(items) > size else None)
