"""`python -m EC2Double`: serves until it is ended; prints one line when it does."""

import argparse
import os
import signal
import sys
import threading
import time
from pathlib import Path

if not __package__:
    # Started by its folder's name.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from EC2Double.double import Double
from EC2Double.server import Server
from EC2Double.signature import Account


def end_after(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


def main() -> int:
    parser = argparse.ArgumentParser(prog="EC2Double", description="A stand-in for Amazon EC2 on loopback; see Tests/EC2Double/README.md.")
    parser.add_argument("--port", type=int, default=0, help="0: any free one, printed")
    parser.add_argument("--faults", type=Path, help="JSON file of faults, read again when it changes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--time-scale", type=float, default=1.0, help="how many times faster than a cloud's its times pass")
    parser.add_argument("--ledger", type=Path, help="file that gets a JSON line an event")
    parser.add_argument("--certificate", type=Path, help="speak TLS with this certificate (PEM) ...")
    parser.add_argument("--key", type=Path, help="... and this key")
    parser.add_argument("--with-parent", action="store_true", help="end when the process that started it has ended")
    options = parser.parse_args()
    usual = Account()
    # The key that may call: the one of this environment, as for the program under test.
    account = Account(
        os.environ.get("AWS_ACCESS_KEY_ID", usual.access_key),
        os.environ.get("AWS_SECRET_ACCESS_KEY", usual.secret_key),
        os.environ.get("AWS_SESSION_TOKEN") or None,
    )
    double = Double(account, options.seed, options.time_scale, faults_path=options.faults, ledger_path=options.ledger)
    server = Server(double, options.port, options.certificate, options.key)
    if options.with_parent:
        threading.Thread(target=end_after, args=(os.getppid(),), daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"EC2 double: {server.url}", flush=True)
    try:
        server.serve_forever(poll_interval=0.2)
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
