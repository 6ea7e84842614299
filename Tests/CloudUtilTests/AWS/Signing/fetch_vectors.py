"""Prints AWS's own test vectors for Signature Version 4 as one JSON object: {name: {"req": text, "creq": text, ...}}.

They are part of botocore's source distribution, which is fetched once, by pip, for the version that is installed, and kept
beside this Python's environment.
"""
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile

import botocore


def fetch():
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", folder]
        subprocess.run([*pip, f"botocore=={botocore.__version__}"], check=True, stdout=sys.stderr)
        [archive] = pathlib.Path(folder).glob("*.tar.gz")
        return vectors(archive)


def vectors(archive):
    found = {}
    with tarfile.open(archive) as files:
        for member in files:
            path = pathlib.PurePosixPath(member.name)
            if "aws4_testsuite" in path.parts and path.suffix in {".req", ".creq", ".sts", ".authz"}:
                text = files.extractfile(member).read().decode()
                found.setdefault(path.stem, {})[path.suffix[1:]] = text
    return found


cache = pathlib.Path(sys.prefix) / f"sigv4-vectors-{botocore.__version__}.json"
if not cache.exists():
    part = cache.with_suffix(".part")
    part.write_text(json.dumps(fetch()))
    part.rename(cache)
print(cache.read_text())
