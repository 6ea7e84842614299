"""What goes wrong with machines, beside what goes wrong with EC2."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .containers import Host


class HostFaults:
    def at_boot(self, host: "Host") -> list[str]:
        """Names of the faults that its init is told of."""
        return []

    def booted(self, host: "Host") -> None:
        """To be called after each boot."""

    def left(self, host: "Host") -> None:
        """To be called before it is stopped or ended on purpose."""
