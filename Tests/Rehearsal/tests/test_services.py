import http.client
import socket
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from Rehearsal.services import Metadata, Mirror, SocketServer


class Relayed(http.client.HTTPConnection):
    """As the relay hands a machine's connection on."""

    def __init__(self, path: Path, peer: str) -> None:
        super().__init__("unused")
        self._path, self._peer = path, peer

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self._path))
        self.sock.sendall(f"{self._peer}\n".encode())


def instance(**metadata: str) -> Any:
    return SimpleNamespace(
        image=SimpleNamespace(id="ami-1"), index=0, id="i-0123", type="c5.large", private_address="10.0.0.7", public_address=None, zone="us-east-1b",
        region="us-east-1", public_key="ssh-ed25519 AAAA", owner="1", tags={"run_exp:expires": "2026-01-01T00:00:00Z"}, metadata=metadata,
    )  # fmt: skip


class ServiceTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def serve(self, handler: type[BaseHTTPRequestHandler]) -> Path:
        path = self.folder / "socket"
        server = SocketServer(str(path), handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return path

    def ask(self, path: Path, what: str, method: str = "GET", peer: str = "10.0.0.7", **headers: str) -> tuple[int, bytes]:
        connection = Relayed(path, peer)
        self.addCleanup(connection.close)
        connection.request(method, what, headers={name.replace("_", "-"): value for name, value in headers.items()})
        reply = connection.getresponse()
        return reply.status, reply.read()


class MetadataTest(ServiceTest):
    def served(self, **metadata: str) -> Path:
        found = {"10.0.0.7": instance(**metadata)}
        return self.serve(Metadata(found.get).handler())

    def test_a_machine_sees_its_own_tags_with_a_token(self) -> None:
        path = self.served(HttpTokens="required", InstanceMetadataTags="enabled")
        status, token = self.ask(path, "/latest/api/token", "PUT", X_aws_ec2_metadata_token_ttl_seconds="60")
        self.assertEqual(status, 200)
        asked = self.ask(path, "/latest/meta-data/tags/instance/run_exp:expires", X_aws_ec2_metadata_token=token.decode())
        self.assertEqual(asked, (200, b"2026-01-01T00:00:00Z"))

    def test_without_a_token_nothing_is_told_where_one_is_required(self) -> None:
        self.assertEqual(self.ask(self.served(HttpTokens="required"), "/latest/meta-data/instance-id")[0], 401)

    def test_tags_are_told_only_where_that_was_asked_for(self) -> None:
        self.assertEqual(self.ask(self.served(HttpTokens="optional"), "/latest/meta-data/tags/instance/run_exp:expires")[0], 404)

    def test_a_stranger_is_told_nothing(self) -> None:
        self.assertEqual(self.ask(self.served(HttpTokens="optional"), "/latest/meta-data/instance-id", peer="10.0.0.8")[0], 404)

    def test_a_folder_lists_its_names(self) -> None:
        status, names = self.ask(self.served(HttpTokens="optional"), "/latest/meta-data/placement/")
        self.assertEqual((status, names.split()), (200, [b"availability-zone", b"region"]))


class MirrorTest(ServiceTest):
    def setUp(self) -> None:
        super().setUp()
        self.asked: list[str] = []
        asked = self.asked

        class Upstream(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                found = "missing" not in self.path
                self.send_response(200 if found else 404)
                self.send_header("Content-Length", str(len(self.path)))
                self.end_headers()
                self.wfile.write(self.path.encode())

            def log_message(self, format: str, *arguments: Any) -> None:
                pass

        upstream = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
        threading.Thread(target=upstream.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.addCleanup(upstream.server_close)
        self.addCleanup(upstream.shutdown)
        self.url = f"http://127.0.0.1:{upstream.server_port}"
        self.refused = {"10.0.0.9"}
        self.path = self.serve(Mirror(self.folder / "packages", self.refused.__contains__).handler())

    def test_a_package_is_fetched_once_for_all_machines(self) -> None:
        for peer in ("10.0.0.7", "10.0.0.8"):
            self.assertEqual(self.ask(self.path, f"{self.url}/pool/a_1_amd64.deb", peer=peer), (200, b"/pool/a_1_amd64.deb"))
        self.assertEqual(self.asked, ["/pool/a_1_amd64.deb"])

    def test_an_index_is_asked_for_each_time(self) -> None:
        for _ in range(2):
            self.assertEqual(self.ask(self.path, f"{self.url}/dists/InRelease")[0], 200)
        self.assertEqual(len(self.asked), 2)

    def test_what_is_not_there_is_not_kept(self) -> None:
        for _ in range(2):
            self.assertEqual(self.ask(self.path, f"{self.url}/pool/missing_1_amd64.deb")[0], 404)
        self.assertEqual(len(self.asked), 2)

    def test_a_machine_that_is_cut_off_gets_no_answer(self) -> None:
        with self.assertRaises((http.client.HTTPException, ConnectionError)):
            self.ask(self.path, f"{self.url}/dists/InRelease", peer="10.0.0.9")
        self.assertEqual(self.asked, [])
