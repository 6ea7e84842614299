"""`Scripts/rehearse`: an experiment on a cloud of containers, from launch to terminate, and what it leaves behind."""

import argparse
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any, NoReturn

if not __package__:
    # Started by its path.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from Rehearsal import docker, place
from Rehearsal.cloud import Cloud, Settings, description
from Rehearsal.cost import bill
from Rehearsal.docker import DockerFailed
from Rehearsal.image import ROOT, stock_image
from Rehearsal.place import Place

USAGE, INFRASTRUCTURE, LEFT_BEHIND, INTERRUPTED = 64, 69, 70, 130
# Options of launch that say which cluster of which experiment it is.
OF_CLUSTER = ("--cluster", "--cluster-file", "--set")
WITH_VALUE = {"--program", "--faults", "--time-scale", "--seed", "--port", "--user", "--serve"}


def say(text: str) -> None:
    print(f"rehearse: {text}", file=sys.stderr, flush=True)


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"rehearse: {message}\n")


def parsed(arguments: list[str]) -> argparse.Namespace:
    """Options before the config are those of rehearse, what comes after it is launch's."""
    parser = Parser(
        prog="Scripts/rehearse", usage="Scripts/rehearse [options] CONFIG [argument of launch ...]",
        description="Launches an experiment on a cloud of containers and terminates it. docs/rehearsal.md has more.",
    )  # fmt: skip
    parser.add_argument("--program", type=Path, help="the run_exp to rehearse with (.build/release/run_exp, else .build/debug/run_exp)")
    parser.add_argument("--faults", type=Path, help="JSON file of faults, read again when it changes")
    parser.add_argument("--time-scale", type=float, default=5.0, help="how many times faster than EC2 the states of instances pass (5)")
    parser.add_argument("--seed", type=int, default=0, help="of the faults (0)")
    parser.add_argument("--port", type=int, default=0, help="of EC2's API, on loopback (any)")
    parser.add_argument("--user", default="admin", help="who is let in by ssh (admin)")
    parser.add_argument("--shell", action="store_true", help="leave the cloud up and print what to export to use it")
    parser.add_argument("--down", action="store_true", help="end the rehearsals named, or all, whoever started them")
    parser.add_argument("--list", action="store_true", help="the rehearsals that there are")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    parser.add_argument("--with-parent", action="store_true", help=argparse.SUPPRESS)
    first = 0
    while first < len(arguments) and arguments[first].startswith("-"):
        first += 2 if arguments[first] in WITH_VALUE else 1
    options = parser.parse_args(arguments[:first])
    options.rest = arguments[first:]
    if not (options.shell or options.down or options.list or options.serve or options.rest):
        parser.error("which experiment? Or one of --shell, --list, --down")
    return options


# The process of a cloud.


def serve(options: argparse.Namespace) -> int:
    """Runs a cloud until it is told to end, or its parent has gone."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    parent = os.getppid()
    here = Place(Path(options.serve))
    try:
        here.make()
        image = os.environ.get("RUN_EXP_REHEARSAL_IMAGE")
        stock = stock_image()
        settings = Settings(image or stock, stock, options.user, options.seed, options.time_scale, options.faults, options.port)
        cloud = Cloud(here, settings)
    except (DockerFailed, OSError) as failure:
        say(str(failure))
        here.remove()
        return INFRASTRUCTURE
    try:
        here.ready.write_text(description(cloud))
        try:
            print("ready", flush=True)
        except BrokenPipeError:
            # Who started it has been interrupted.
            ended.set()
        while not ended.wait(0.5):
            if options.with_parent and os.getppid() != parent:
                break
    finally:
        cloud.stop()
        here.remove()
    return 0


# Those who use it.


def start(options: argparse.Namespace, with_parent: bool) -> tuple[Place, subprocess.Popen] | None:
    """Starts the process of a cloud and waits until it is up."""
    here = Place(place.ALL / secrets.token_hex(3))
    command = [sys.executable, __file__, "--serve", str(here.folder), "--time-scale", str(options.time_scale), "--seed", str(options.seed)]
    command += ["--port", str(options.port), "--user", options.user]
    command += ["--faults", str(options.faults.resolve())] if options.faults else []
    command += ["--with-parent"] if with_parent else []
    place.ALL.mkdir(parents=True, exist_ok=True)
    with open(2, "wb", closefd=False) if with_parent else here.log.open("wb") as stderr:
        # In a session of its own, so that Ctrl-C ends the experiment first.
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr, text=True, start_new_session=True)
    assert process.stdout
    if process.stdout.readline().strip() == "ready":
        return here, process
    process.wait()
    if not with_parent:
        sys.stderr.write(here.log.read_text())
        here.log.unlink()
    return None


def end(here: Place, process: int | None) -> None:
    """Ends a cloud by its process, or what a process has left that was killed."""
    deadline = time.monotonic() + 60
    if process:
        try:
            os.kill(process, signal.SIGTERM)
        except ProcessLookupError:
            pass
        while here.process() and time.monotonic() < deadline:
            time.sleep(0.1)
        if here.process():
            os.kill(process, signal.SIGKILL)
    docker.remove_all(here.id)
    here.remove()


def everywhere() -> list[Place]:
    found = {name: Place(Path(folder)) for name, folder in docker.rehearsals().items()}
    return list(({each.id: each for each in place.known()} | found).values())


def clear_orphans() -> None:
    """Removes what rehearsals have left whose process was killed."""
    for each in everywhere():
        if each.process() is None:
            say(f"removing what is left of rehearsal {each.id}")
            end(each, None)


def rehearse(options: argparse.Namespace, program: Path) -> int:
    started = start(options, with_parent=True)
    if started is None:
        return INFRASTRUCTURE
    here, process = started
    try:
        cloud = json.loads(here.ready.read_text())
        say(f"{here.id}: EC2 at {cloud['url']}, home {here.home}")
        config, *arguments = options.rest
        status = run([program, config, "launch", *arguments], cloud["environment"])
        say(f"launch ended with status {status}; terminating")
        ended = run([program, config, "terminate", *about_cluster(arguments)], cloud["environment"])
        with urllib.request.urlopen(f"{cloud['url']}/_double/ledger") as reply:
            ledger: dict[str, Any] = json.load(reply)
        print(f"What Amazon would have billed:\n{bill(ledger)}", flush=True)
        left = ledger["alive"] + [name for name in docker.containers(here.id) if name not in docker.services(here.id)]
    except KeyboardInterrupt:
        status, ended, left = INTERRUPTED, 0, []
    finally:
        end(here, process.pid)
        process.wait()
    if left:
        say(f"machines were left after terminate: {' '.join(left)}")
    if docker.containers(here.id) or docker.networks(here.id):
        say(f"containers or networks of {here.id} could not be removed: Scripts/rehearse --down")
        left.append(here.id)
    return status or ended or (LEFT_BEHIND if left else 0)


def about_cluster(arguments: list[str]) -> list[str]:
    """Those arguments of launch without which another verb means another cluster."""
    kept: list[str] = []
    for index, argument in enumerate(arguments):
        if argument in OF_CLUSTER:
            kept += arguments[index : index + 2]
        elif argument.startswith(tuple(f"{option}=" for option in OF_CLUSTER)):
            kept.append(argument)
    return kept


def run(command: list[Any], environment: dict[str, str]) -> int:
    """Its exit status. Ctrl-C reaches it, too; it is waited for."""
    with subprocess.Popen(command, env=rehearsing(environment)) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue


def rehearsing(environment: dict[str, str]) -> dict[str, str]:
    """This environment without what leads to the real Amazon."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | environment


def shell(options: argparse.Namespace) -> int:
    started = start(options, with_parent=False)
    if started is None:
        return INFRASTRUCTURE
    here, _ = started
    environment = json.loads(here.ready.read_text())["environment"]
    say(f"{here.id} is up until: Scripts/rehearse --down {here.id}")
    print("unset AWS_PROFILE AWS_SESSION_TOKEN AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE AWS_ENDPOINT_URL_EC2 AWS_CA_BUNDLE")
    for name, value in environment.items():
        print(f"export {name}='{value}'")
    return 0


def down(names: list[str]) -> int:
    found = everywhere()
    unknown = [name for name in names if name not in {each.id for each in found}]
    for each in found:
        if not names or each.id in names:
            say(f"ending {each.id}")
            end(each, each.process())
    for name in unknown:
        say(f"there is no rehearsal {name}")
    return USAGE if unknown else 0


def listed() -> int:
    for each in everywhere():
        running = "runs" if each.process() else "its process was killed"
        print(f"{each.id}  {running}  {len(docker.containers(each.id))} containers")
    return 0


def program_of(options: argparse.Namespace) -> Path | None:
    if options.program:
        return options.program.resolve() if options.program.is_file() else None
    return next((path for kind in ("release", "debug") if (path := ROOT / f".build/{kind}/run_exp").is_file()), None)


def main() -> int:
    options = parsed(sys.argv[1:])
    if options.serve:
        return serve(options)
    reason = docker.unavailable()
    if reason:
        say(f"{reason}\nA rehearsal needs a Docker daemon on this machine: Scripts/docker-daemon start")
        return INFRASTRUCTURE
    try:
        if options.down:
            return down(options.rest)
        if options.list:
            return listed()
        program = program_of(options)
        if program is None and not options.shell:
            say(f"there is no {options.program or '.build/release/run_exp'}: Scripts/build, or --program")
            return INFRASTRUCTURE
        clear_orphans()
        return shell(options) if options.shell or program is None else rehearse(options, program)
    except KeyboardInterrupt:
        return INTERRUPTED
    except DockerFailed as failure:
        say(str(failure))
        return INFRASTRUCTURE


if __name__ == "__main__":
    sys.exit(main())
