"""Where a rehearsal keeps what is not in Docker: its folder, and a lock that says whether its process lives."""

import fcntl
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(os.environ.get("RUN_EXP_CACHE") or Path.home() / ".cache/run_exp")
ALL = CACHE / "rehearsals"


@dataclass(frozen=True)
class Place:
    folder: Path

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def home(self) -> Path:
        """The home folder of who rehearses."""
        return self.folder / "home"

    @property
    def log(self) -> Path:
        """What its process says; beside the folder, since it says why the folder could not be made."""
        return self.folder.with_suffix(".log")

    @property
    def ready(self) -> Path:
        """A JSON file: what its process says when the cloud is up."""
        return self.folder / "cloud.json"

    def make(self) -> None:
        """Makes the folders and takes the lock for as long as this process lives."""
        self.home.mkdir(parents=True, mode=0o700)
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.write(lock, f"{os.getpid()}\n".encode())
        # Sockets need a short path.
        (self.folder / "sockets").symlink_to(tempfile.mkdtemp(prefix="run_exp-rehearsal-"))

    @property
    def sockets(self) -> Path:
        return (self.folder / "sockets").readlink()

    def process(self) -> int | None:
        """Id of the process that lives for it; None if there is none."""
        try:
            with (self.folder / "lock").open() as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return int(lock.read().strip() or 0) or None
        except FileNotFoundError:
            pass
        return None

    def remove(self) -> None:
        try:
            shutil.rmtree(self.sockets, ignore_errors=True)
        except OSError:
            # It never had any.
            pass
        shutil.rmtree(self.folder, ignore_errors=True)
        self.log.unlink(missing_ok=True)


def known() -> list[Place]:
    return [Place(path) for path in sorted(ALL.iterdir()) if path.is_dir()] if ALL.is_dir() else []
