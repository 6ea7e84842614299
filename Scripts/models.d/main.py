"""Command line of Scripts/models: reads the arguments, finds a Python that has what they take, builds."""

import argparse
import os
import subprocess
import sys
from importlib.util import find_spec

from catalogue import CATALOGUE, PACKAGES

EXIT_FAILED, EXIT_USAGE, EXIT_INFRASTRUCTURE = 1, 64, 69
# Debian's packages belong to this interpreter; `python3` may be another one.
SYSTEM_PYTHON = "/usr/bin/python3"


class Parser(argparse.ArgumentParser):
    def error(self, message):
        print(f"models: {message} (see Scripts/models --help)", file=sys.stderr)
        sys.exit(EXIT_USAGE)


def parse(arguments):
    names = "\n".join(f"  {name:<13} {entry.about}" for name, entry in CATALOGUE.items())
    parser = Parser(
        prog="Scripts/models",
        description="Builds the models and payloads of experiments.",
        epilog=f"names:\n{names}\n\nexit: 0 built, 1 below its accuracy, 64 usage, 69 something is not installed",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="what to build")
    parser.add_argument("--list", action="store_true", help="print each name and a file it makes, one pair a line")
    parser.add_argument("--force", action="store_true", help="build large models again that are there already")
    parser.add_argument("--install", action="store_true", help="apt-get install what is missing first")
    parser.add_argument(
        "--further", action="store_true", help="digits: keep the first models, train those of the further codes"
    )
    parser.add_argument("--check", action="store_true", help="digits: only measure the files that are there")
    parser.add_argument(
        "--validate", action="store_true", help="digits: train on a part of the training digits, measure on the rest"
    )
    options = parser.parse_args(arguments)
    for name in options.names:
        if name not in CATALOGUE:
            parser.error(f"no model or payload named '{name}'; there are {', '.join(CATALOGUE)}")
    of_digits = [options.further, options.check, options.validate]
    if sum(of_digits) > 1:
        parser.error("--further, --check and --validate exclude each other")
    if any(of_digits) and options.names != ["digits"]:
        parser.error("--further, --check and --validate go with the name digits alone")
    if not (options.names or options.list or options.install):
        parser.print_help()
        sys.exit(0)
    return options


def install(modules):
    """Installs the packages of modules with apt-get, as root or through sudo."""
    packages = [PACKAGES[module] for module in modules]
    print(f"models: installing {' '.join(packages)}", file=sys.stderr)
    prefix = [] if os.geteuid() == 0 else ["sudo"]
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    for step in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        try:
            subprocess.run([*prefix, *environment, "apt-get", "-qq", *step], check=True, stdout=sys.stderr)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"models: could not install: {error}", file=sys.stderr)
            sys.exit(EXIT_INFRASTRUCTURE)


def require(options):
    """Returns when this interpreter has every module asked for; otherwise starts over in one that may, or exits."""
    wanted = options.names or (CATALOGUE if options.install else ())
    modules = sorted({module for name in wanted for module in CATALOGUE[name].modules})
    missing = [module for module in modules if find_spec(module) is None]
    if not missing:
        return
    if os.path.realpath(sys.executable) != os.path.realpath(SYSTEM_PYTHON) and os.access(SYSTEM_PYTHON, os.X_OK):
        os.execv(SYSTEM_PYTHON, [SYSTEM_PYTHON, "-B", os.path.abspath(__file__), *sys.argv[1:]])
    if not options.install:
        packages = " ".join(PACKAGES[module] for module in missing)
        print(f"models: missing: apt-get install {packages}, or Scripts/models --install", file=sys.stderr)
        sys.exit(EXIT_INFRASTRUCTURE)
    install(missing)
    remaining = [argument for argument in sys.argv[1:] if argument != "--install"]
    os.execv(sys.executable, [sys.executable, "-B", os.path.abspath(__file__), *remaining])


def build(name, options):
    """Builds one name; true if what came out is good. Imports late: a name's modules are needed by that name only."""
    if name == "digits":
        import digits

        if options.check:
            return digits.check()
        return digits.validate() if options.validate else digits.train(options.further)
    if name == "payloads":
        import payloads

        return payloads.write()
    import vision

    return vision.write(name, force=options.force)


def main():
    options = parse(sys.argv[1:])
    if options.list:
        for name, entry in CATALOGUE.items():
            for file in entry.files:
                print(f"{name}\t{file}")
        return 0
    require(options)
    good = [build(name, options) for name in dict.fromkeys(options.names)]
    return 0 if all(good) else EXIT_FAILED


if __name__ == "__main__":
    sys.exit(main())
