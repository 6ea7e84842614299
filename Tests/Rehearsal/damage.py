"""How each fault is done to a machine that runs, and how it is undone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .docker import DockerFailed, docker

# Those that init knows of, so that they hold from the first moment of a boot.
AT_BOOT = {"sshd_never_up", "no_sudo", "no_systemd", "host_key_changes"}

Settings = dict[str, Any]


@dataclass(frozen=True)
class Act:
    """`strike` and `undo` take the container's name and the rule's settings; raise DockerFailed. What does not last is over when
    it is done."""

    strike: Callable[[str, Settings], None]
    undo: Callable[[str, Settings], None]
    lasts: bool = True


def script(text: str, *values: Callable[[Settings], object]) -> Callable[[str, Settings], None]:
    """A shell script in the machine, once it has booted, with these values as its arguments."""
    waited = "timeout 60 sh -c 'until [ -e /run/boot-finished ]; do sleep 0.1; done'\n"

    def run(name: str, settings: Settings) -> None:
        docker("exec", name, "sh", "-ec", waited + text, "sh", *(str(value(settings)) for value in values))

    return run


def nothing(name: str, settings: Settings) -> None:
    pass


def unless_at_boot(act: Callable[[str, Settings], None]) -> Callable[[str, Settings], None]:
    """Nothing for what init does."""

    def run(name: str, settings: Settings) -> None:
        if settings.get("when", "boot") != "boot":
            act(name, settings)

    return run


def path(settings: Settings) -> str:
    """Empty for the home folder of who logs in."""
    return settings.get("path", "")


def free_kb(settings: Settings) -> int:
    return int(settings.get("free_kb", 64))


# A file system in memory takes a folder's place, with what was in it and a little room; what was under it stays in reach.
FILL = """
set -- "${1:-$(eval echo ~"$(cat /var/lib/cloud/seed/rehearsal/user)")}" "$2"
under=/run/under/$(echo "$1" | tr / _)
mkdir -p "$under" "$under.full"
mount --bind "$1" "$under"
mount -t tmpfs -o "mode=755,size=$(($(du -sk "$1" | cut -f 1) + $2))k" full "$under.full"
cp -a "$1/." "$under.full/"
mount --move "$under.full" "$1"
"""
EMPTY = """
set -- "${1:-$(eval echo ~"$(cat /var/lib/cloud/seed/rehearsal/user)")}"
under=/run/under/$(echo "$1" | tr / _)
mountpoint -q "$under" || exit 0
cp -a "$1/." "$under/"
umount -l "$1"
umount "$under"
"""
# Nothing leaves the machine any more, not even an acknowledgement.
CUT = "tc qdisc replace dev eth0 root pfifo limit 0"
MEND = "tc qdisc del dev eth0 root"
LOCK = """
cat >/run/rehearsed-apt-lock <<'END'
import fcntl, time
files = [open(path, "w") for path in ("/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/lib/apt/lists/lock")]
for file in files:
    fcntl.lockf(file, fcntl.LOCK_EX)
open("/run/apt-locked", "w").close()
time.sleep(86400)
END
rm -f /run/apt-locked
setsid python3 /run/rehearsed-apt-lock >/dev/null 2>&1 &
timeout 30 sh -c 'until [ -e /run/apt-locked ]; do sleep 0.1; done'
"""

# On cgroup v1 the groups of containers in the machine are its host's, and would stay.
KILL = "kill -KILL -1; sleep 0.1; for each in /var/lib/docker/containers/*; do rmdir /sys/fs/cgroup/*/docker/${each##*/}; done"


def kill(name: str) -> None:
    """Ends a machine at once and without a word."""
    try:
        docker("exec", name, "sh", "-c", KILL)
    except DockerFailed:
        # The last of these fails where there is no group.
        pass
    docker("kill", name)


ACTS = {
    "sshd_never_up": Act(unless_at_boot(script("pkill -xo sshd || true")), script("pgrep -xo sshd >/dev/null || /usr/sbin/sshd")),
    "no_sudo": Act(unless_at_boot(script("mv /usr/bin/sudo /usr/bin/sudo.away")), script("mv /usr/bin/sudo.away /usr/bin/sudo")),
    "no_systemd": Act(
        unless_at_boot(script("mv /usr/local/bin/systemctl /usr/local/bin/systemctl.away")),
        script("mv /usr/local/bin/systemctl.away /usr/local/bin/systemctl"),
    ),
    "host_key_changes": Act(
        unless_at_boot(script('rm -f /etc/ssh/ssh_host_*; ssh-keygen -A >/dev/null; kill -HUP "$(cat /run/sshd.pid)"')), nothing, lasts=False
    ),
    "disk_full": Act(script(FILL, path, free_kb), script(EMPTY, path)),
    "cut_off": Act(script(CUT), script(MEND)),
    # Its processes stop, also those of containers in it, and so does its kernel, seen from outside.
    "paused": Act(script(f"{CUT}; kill -STOP -1"), script(f"kill -CONT -1; {MEND}")),
    "apt_locked": Act(script(LOCK), script("pkill -f /run/[r]ehearsed-apt-lock || true")),
    "reboots": Act(script("reboot"), nothing, lasts=False),
}
