"""Runs in the container of the rehearsal's own services: hands connections on to the rehearsal's process, each with a first
line that says who calls. Arguments: ADDRESS:PORT=SOCKET ..."""

import socket
import subprocess
import sys
import threading


def copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        for each in (source, target):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def serve(connection: socket.socket, peer: str, path: str) -> None:
    with connection, socket.socket(socket.AF_UNIX) as rehearsal:
        try:
            rehearsal.connect(path)
            rehearsal.sendall(f"{peer}\n".encode())
        except OSError:
            return
        back = threading.Thread(target=copy, args=(rehearsal, connection), daemon=True)
        back.start()
        copy(connection, rehearsal)
        back.join()


def listen(address: str, port: int, path: str) -> None:
    if address.startswith("169.254."):
        subprocess.run(["ip", "address", "replace", f"{address}/32", "dev", "lo"], check=True)
    with socket.create_server((address, port), backlog=256) as listener:
        while True:
            connection, peer = listener.accept()
            threading.Thread(target=serve, args=(connection, peer[0], path), daemon=True).start()


def main() -> None:
    threads = []
    for argument in sys.argv[1:]:
        place, path = argument.split("=")
        address, port = place.rsplit(":", 1)
        threads.append(threading.Thread(target=listen, args=(address, int(port), path), daemon=True))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


main()
