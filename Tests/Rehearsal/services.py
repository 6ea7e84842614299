"""What a cloud gives its machines beside their disk: instance metadata, and a mirror of packages that keeps what it has fetched.

Both are HTTP on sockets of files; a container on the rehearsal's network (machine/relay.py) hands connections on, so that
nothing listens on the host and the metadata have their usual address.
"""

import json
import shutil
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections import defaultdict
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any

from EC2Double.instances import Instance

from .docker import LABEL, docker
from .network import Network

METADATA, MIRROR = "169.254.169.254:80", "0.0.0.0:3142"


class SocketServer(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A machine that went away in the middle is no event."""


class RelayedHandler(BaseHTTPRequestHandler):
    """Knows the caller's address from the first line."""

    protocol_version = "HTTP/1.1"
    peer = ""

    def setup(self) -> None:
        super().setup()
        self.peer = self.rfile.readline().decode().strip()

    def answer(self, status: int, text: str) -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


class Metadata:
    """Version 2: a token first. `find` gives the instance that has an address."""

    TOKEN = "rehearsed-token"

    def __init__(self, find: Callable[[str], Instance | None]) -> None:
        self._find = find

    def handler(self) -> type[RelayedHandler]:
        metadata = self

        class Handler(RelayedHandler):
            def do_PUT(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.path == "/latest/api/token" and self.headers.get("X-aws-ec2-metadata-token-ttl-seconds"):
                    return self.answer(200, Metadata.TOKEN)
                self.answer(400, "")

            def do_GET(self) -> None:
                instance = metadata._find(self.peer)
                if instance is None:
                    return self.answer(404, "")
                if self.headers.get("X-aws-ec2-metadata-token") != Metadata.TOKEN and instance.metadata.get("HttpTokens") == "required":
                    return self.answer(401, "")
                value = metadata.value(instance, urllib.parse.unquote(self.path))
                self.answer(404 if value is None else 200, value or "")

        return Handler

    def value(self, instance: Instance, path: str) -> str | None:
        """What stands under a path, None for what is not there; a folder lists its names."""
        values = {
            "meta-data/ami-id": instance.image.id,
            "meta-data/ami-launch-index": str(instance.index),
            "meta-data/instance-id": instance.id,
            "meta-data/instance-type": instance.type,
            "meta-data/local-ipv4": instance.private_address,
            "meta-data/public-ipv4": instance.public_address or instance.private_address,
            "meta-data/placement/availability-zone": instance.zone,
            "meta-data/placement/region": instance.region,
            "meta-data/public-keys/0/openssh-key": instance.public_key,
            "dynamic/instance-identity/document": json.dumps({"instanceId": instance.id, "region": instance.region, "accountId": instance.owner}),
        }
        if instance.metadata.get("InstanceMetadataTags") == "enabled":
            values |= {f"meta-data/tags/instance/{key}": value for key, value in instance.tags.items()}
        wanted = path.removeprefix("/latest/")
        if wanted in values:
            return values[wanted]
        folder = wanted.rstrip("/") + "/"
        names = {"".join(key.removeprefix(folder).partition("/")[:2]) for key in values if key.startswith(folder)}
        return "\n".join(sorted(names)) if names else None


class Mirror:
    """A proxy for apt. Packages never change and are kept in `folder`; all else is asked for each time."""

    def __init__(self, folder: Path, refuses: Callable[[str], bool]) -> None:
        """`refuses`: whether the machine with this address cannot reach it now."""
        self._folder, self._refuses = folder, refuses
        self._locks: dict[Path, threading.Lock] = defaultdict(threading.Lock)
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def handler(self) -> type[RelayedHandler]:
        mirror = self

        class Handler(RelayedHandler):
            def do_GET(self) -> None:
                if mirror._refuses(self.peer):
                    self.close_connection = True
                    return
                if not self.path.startswith("http://"):
                    return self.answer(404, "")
                request = urllib.request.Request(self.path)
                for name in ("If-Modified-Since", "If-None-Match", "Cache-Control", "User-Agent"):
                    if name in self.headers:
                        request.add_header(name, self.headers[name])
                try:
                    kept = mirror.kept(self.path)
                    if kept:
                        with kept.open("rb") as package:
                            self._send(200, {"Content-Length": str(kept.stat().st_size), "Content-Type": "application/octet-stream"}, package)
                        return
                    with urllib.request.urlopen(request, timeout=60) as reply:
                        self._send(reply.status, dict(reply.headers.items()), reply)
                except urllib.error.HTTPError as error:
                    self._send(error.code, dict(error.headers.items()), error)
                except (urllib.error.URLError, TimeoutError) as error:
                    self.answer(503, f"{error}")

            def _send(self, status: int, headers: dict[str, str], body: Any) -> None:
                self.send_response_only(status)
                passed = {name.title(): value for name, value in headers.items()}
                for name in ("Content-Length", "Content-Type", "Last-Modified", "Etag", "Date"):
                    if name in passed:
                        self.send_header(name, passed[name])
                if "Content-Length" not in passed and status != 304:
                    self.send_header("Connection", "close")
                    self.close_connection = True
                self.end_headers()
                if status != 304:
                    shutil.copyfileobj(body, self.wfile, 1 << 18)

        return Handler

    def kept(self, url: str) -> Path | None:
        """The file of a package, fetched by the first who asks; None for what is not kept."""
        parts = urllib.parse.urlsplit(url)
        if not parts.path.endswith(".deb"):
            return None
        path = self._folder / parts.netloc / urllib.parse.quote(parts.path.lstrip("/"), safe="")
        with self._lock:
            lock = self._locks[path]
        with lock:
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                partial = path.with_suffix(f".{threading.get_ident()}.partial")
                try:
                    with urllib.request.urlopen(url, timeout=60) as reply, partial.open("wb") as file:
                        shutil.copyfileobj(reply, file, 1 << 18)
                    partial.rename(path)
                finally:
                    partial.unlink(missing_ok=True)
        return path


class Services:
    """Both, and the container through which they are reached."""

    def __init__(self, rehearsal: str, network: Network, image: str, folder: Path, metadata: Metadata, mirror: Mirror) -> None:
        """`folder` holds the sockets; its path must be short."""
        self._servers = []
        for name, handler in (("metadata", metadata.handler()), ("mirror", mirror.handler())):
            server = SocketServer(str(folder / name), handler)
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, name=name, daemon=True).start()
            self._servers.append(server)
        name = f"run_exp-rehearsal-{rehearsal}-services"
        relay = (Path(__file__).resolve().parent / "machine/relay.py").read_text()
        docker(
            "run", "--detach", "--name", name, "--label", f"{LABEL}={rehearsal}", "--init", "--cap-add", "NET_ADMIN",
            "--network", network.name, "--ip", network.services, "--volume", f"{folder}:/run/rehearsal",
            image, "python3", "-c", relay, f"{METADATA}=/run/rehearsal/metadata", f"{MIRROR}=/run/rehearsal/mirror",
        )  # fmt: skip

    def stop(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()
