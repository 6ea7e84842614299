"""An action asked for, and the table of the actions that the double plays."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import errors
from .ledger import Call
from .region import Region


@dataclass
class Request:
    action: str
    parameters: dict[str, Any]
    # As sent: what a client token is bound to.
    values: dict[str, str]
    call: Call
    region: Region

    def get(self, name: str, otherwise: Any = None) -> Any:
        value = self.parameters.get(name)
        return otherwise if value is None else value

    def required(self, name: str, sent_as: str | None = None) -> Any:
        value = self.parameters.get(name)
        if value is None or value == "" or value == []:
            raise errors.missing(sent_as or name[0].lower() + name[1:])
        return value

    def commit(self) -> None:
        """Everything before is checking; what follows changes what exists. A dry run ends here."""
        if self.parameters.get("DryRun"):
            raise errors.dry_run()
        self.call.effect = True

    def look(self) -> None:
        """The same point of an action that changes nothing."""
        if self.parameters.get("DryRun"):
            raise errors.dry_run()


@dataclass(frozen=True)
class Action:
    play: Callable[[Request], dict[str, Any]]
    mutating: bool


ACTIONS: dict[str, Action] = {}


def action(name: str, mutating: bool = False) -> Callable[[Callable[[Request], dict[str, Any]]], Callable[[Request], dict[str, Any]]]:
    def add(play: Callable[[Request], dict[str, Any]]) -> Callable[[Request], dict[str, Any]]:
        ACTIONS[name] = Action(play, mutating)
        return play

    return add
