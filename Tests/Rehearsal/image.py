"""The image that machines boot from: a stock Debian, made once from machine/Dockerfile."""

import hashlib
import subprocess
import sys
from pathlib import Path

from .docker import DockerFailed, docker

ROOT = Path(__file__).resolve().parents[2]
DESCRIPTION = Path(__file__).resolve().parent / "machine/Dockerfile"
NAME = "run_exp-machine"


def stock_image() -> str:
    """Its name; made if it is not there, from the base of all images of run_exp."""
    done = subprocess.run([ROOT / "Scripts/images", "--base"], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise DockerFailed("no base image could be made; see above")
    base = done.stdout.strip()
    made_of = docker("image", "inspect", "--format", "{{.Id}}", base) + DESCRIPTION.read_text()
    image = f"{NAME}:{hashlib.sha256(made_of.encode()).hexdigest()[:12]}"
    if docker("image", "ls", "--quiet", image):
        return image
    print(f"rehearsal: making {image} once, from {base}", file=sys.stderr, flush=True)
    older = docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", NAME).split()
    docker("build", "--force-rm", "--build-arg", f"BASE={base}", "--tag", image, "-", stdin=DESCRIPTION.read_bytes(), timeout=600)
    for each in older:
        try:
            docker("image", "rm", each)
        except DockerFailed:
            # A machine still has it.
            pass
    return image
