"""The double's time. Every duration it is told in seconds passes `time_scale` times faster, so that tests are fast."""

import time
from datetime import datetime, timezone


class Clock:
    def __init__(self, time_scale: float = 1.0) -> None:
        self.time_scale = time_scale

    def now(self) -> float:
        """Seconds since 1970, the machine's own: signatures and tags are judged by it."""
        return time.time()

    def scaled(self, seconds: float) -> float:
        """How long `seconds` of the cloud last here."""
        return seconds / self.time_scale

    def sleep(self, seconds: float) -> None:
        time.sleep(self.scaled(seconds))


def iso(seconds: float) -> str:
    """As EC2 writes times: UTC, milliseconds."""
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(seconds * 1000) % 1000:03d}Z"
