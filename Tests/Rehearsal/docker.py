"""The docker command, and what a rehearsal keeps in the daemon: found by its label, never by its name."""

import subprocess
from collections.abc import Iterator

LABEL = "run_exp.rehearsal"
# Of a network: the folder of its rehearsal, where one sees whether it lives.
FOLDER_LABEL = "run_exp.rehearsal.folder"


class DockerFailed(Exception):
    """What docker wrote to stderr."""


def docker(*arguments: str, stdin: bytes | None = None, timeout: float = 120) -> str:
    """Its stdout, without the last newline."""
    try:
        done = subprocess.run(["docker", *arguments], input=stdin or b"", capture_output=True, timeout=timeout)
    except FileNotFoundError:
        raise DockerFailed("there is no 'docker' in PATH: Scripts/install-dependencies --docker") from None
    except subprocess.TimeoutExpired:
        raise DockerFailed(f"docker {arguments[0]}: no answer within {timeout:.0f} s") from None
    if done.returncode:
        raise DockerFailed(f"docker {arguments[0]}: {done.stderr.decode(errors='replace').strip() or f'status {done.returncode}'}")
    return done.stdout.decode(errors="replace").rstrip("\n")


def unavailable() -> str | None:
    """Why no daemon can be used; None if one can."""
    try:
        docker("version", "--format", "{{.Server.Version}}", timeout=20)
    except DockerFailed as failure:
        return str(failure)
    return None


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


def containers(rehearsal: str | None = None) -> list[str]:
    """Ids of the containers of this rehearsal, or of all, running or not."""
    return lines(docker("ps", "--all", "--quiet", "--no-trunc", "--filter", f"label={label(rehearsal)}"))


def networks(rehearsal: str | None = None) -> list[str]:
    return lines(docker("network", "ls", "--quiet", "--no-trunc", "--filter", f"label={label(rehearsal)}"))


def services(rehearsal: str) -> list[str]:
    """Of its containers the one that is no machine."""
    return lines(docker("ps", "--all", "--quiet", "--no-trunc", "--filter", f"label={label(rehearsal)}", "--filter", "name=-services$"))


def label(rehearsal: str | None) -> str:
    return LABEL if rehearsal is None else f"{LABEL}={rehearsal}"


def rehearsals() -> dict[str, str]:
    """Ids and folders of all rehearsals that have anything in the daemon. The network comes first and goes last."""
    form = f'{{{{.Label "{LABEL}"}}}}\t{{{{.Label "{FOLDER_LABEL}"}}}}'
    found = lines(docker("network", "ls", "--filter", f"label={LABEL}", "--format", form))
    return dict(line.split("\t") for line in found)


def remove_all(rehearsal: str) -> None:
    """Ends the containers of a rehearsal and removes their volumes and its network."""
    found = containers(rehearsal)
    if found:
        # So that a Docker in them ends its own.
        docker("stop", "--time", "6", *found)
        docker("rm", "--force", "--volumes", *found)
    found = networks(rehearsal)
    if found:
        docker("network", "rm", *found)


class Deaths:
    """Tells of each container of a rehearsal that ends, as it does, until it is closed."""

    def __init__(self, rehearsal: str) -> None:
        form = '{{index .Actor.Attributes "name"}} {{index .Actor.Attributes "exitCode"}}'
        command = ["docker", "events", "--filter", f"label={label(rehearsal)}", "--filter", "event=die", "--format", form]
        self._events = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True)

    def __iter__(self) -> Iterator[tuple[str, int]]:
        """Name and exit status."""
        assert self._events.stdout
        for line in self._events.stdout:
            name, _, status = line.strip().partition(" ")
            yield name, int(status or 0)

    def close(self) -> None:
        self._events.terminate()
        self._events.wait()
