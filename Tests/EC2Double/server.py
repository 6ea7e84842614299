"""The double over HTTP, on loopback: `POST /` is EC2; what is under `/_double/` is for tests and people (README.md)."""

import json
import socket
import ssl
import sys
import threading
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from .double import Double, Dropped


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, double: Double, port: int = 0, certificate: Path | None = None, key: Path | None = None) -> None:
        """With a certificate and its key it speaks TLS."""
        super().__init__(("127.0.0.1", port), Handler)
        self.double, self.secure = double, certificate is not None
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def url(self) -> str:
        return f"{'https' if self.secure else 'http'}://127.0.0.1:{self.server_port}"

    def start(self) -> "Server":
        """Serves in a thread of its own until `stop`."""
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, name="double", daemon=True).start()
        return self

    def stop(self) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that went away is what this is for."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, ssl.SSLError)):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Without it every reply waits for an acknowledgement of its headers.
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith("/_double/"):
            return self._control("POST", body)
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            reply = self.server.double.answer("POST", self.path, headers, body, f"{self.client_address[0]}:{self.client_address[1]}")
        except Dropped:
            return self._hang_up()
        self._send(reply.status, reply.body, "text/xml;charset=UTF-8", {"x-amzn-requestid": reply.call.request_id})
        try:
            self.server.double.replied(reply.call)
        except Dropped:
            self._hang_up()

    def do_GET(self) -> None:
        if self.path.startswith("/_double/"):
            return self._control("GET", b"")
        self._send(404, "EC2 is at POST /", "text/plain", {})

    def _control(self, method: str, body: bytes) -> None:
        try:
            status, value = control(self.server.double, method, self.path.removeprefix("/_double/"), json.loads(body or b"{}"))
        except (ValueError, TypeError, KeyError) as error:
            status, value = 400, {"error": f"{type(error).__name__}: {error}"}
        self._send(status, json.dumps(value, indent=1) + "\n", "application/json", {})

    def _hang_up(self) -> None:
        """No reply: the connection ends as if the network had failed."""
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def _send(self, status: int, body: str, content_type: str, headers: dict[str, str]) -> None:
        data = body.encode()
        self.send_response_only(status)
        for name, value in {**headers, "Content-Type": content_type, "Content-Length": str(len(data)), "Date": formatdate(usegmt=True), "Server": "AmazonEC2"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Calls are in the ledger."""


def control(double: Double, method: str, path: str, given: dict[str, Any]) -> tuple[int, Any]:
    """What an endpoint answers: a status and a JSON value."""
    double.settle()
    match method, path:
        case "GET", "ledger":
            return 200, double.ledger.public(double.clock.now())
        case "GET", "calls":
            return 200, [call.public() for call in list(double.ledger.calls)]
        case "GET", "state":
            return 200, state(double)
        case "POST", "faults":
            double.configure(given)
        case "POST", "reset":
            double.forget_everything()
        case "POST", "barrier":
            double.barrier(given["actions"], given["count"], given.get("timeout_s", 30.0))
        case "POST", "machine":
            double.machine_ended(given["instance"], given.get("reason", "Client.InstanceInitiatedShutdown"), given.get("state"))
        case _:
            return 404, {"error": f"no {method} /_double/{path}"}
    return 200, {}


def state(double: Double) -> dict[str, Any]:
    """What exists, whatever the API would show."""
    with double.lock:
        return {
            region.name: {
                "instances": {each.id: {"state": each.state, "tags": each.tags, "zone": each.zone, "type": each.type} for each in region.instances.values()},
                "groups": {each.id: {"name": each.name, "tags": each.tags} for each in region.groups.values()},
                "keys": {each.id: {"name": each.name, "tags": each.tags} for each in region.keys.values()},
                "volumes": {each.id: {"instance": each.instance, "tags": each.tags} for each in region.volumes.values()},
            }
            for region in double.regions()
        }
