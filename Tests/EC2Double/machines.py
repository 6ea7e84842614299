"""What an instance is made of. The double alone makes nothing; a rehearsal cloud boots a container for each."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from .instances import Instance


@dataclass(frozen=True)
class Addresses:
    private: str
    public: str


class MachineFailed(Exception):
    """The machine could not be started; the instance goes to `terminated` with this reason (`Server.InternalError`)."""


class Machines(Protocol):
    """Called outside the double's lock, in a thread of the instance's own, so that each may take its time.

    An instance is pending until `started` has returned, and shutting down until `terminated` has. A machine that ends itself
    is reported with `Double.machine_ended`.
    """

    def started(self, instance: "Instance") -> Addresses:
        """Boots the machine, for the first time or again after a stop; raises MachineFailed."""

    def stopped(self, instance: "Instance") -> None:
        """Stops it; its disk stays."""

    def rebooted(self, instance: "Instance") -> None:
        """Boots it again; it stays `running`, and its addresses and its disk stay."""

    def terminated(self, instance: "Instance") -> None:
        """Removes it and its disk, also after a start that failed. Never called twice for one instance."""
