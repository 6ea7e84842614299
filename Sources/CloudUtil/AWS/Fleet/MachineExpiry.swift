/// How a machine ends itself when its cluster's time is over, though nothing may be left to tell it.
///
/// A unit of systemd, installed from user-data at the first boot and on the machine's disk from then on, asks every minute
/// and soon after every boot, also after a stop and start. The time is the tag of the instance, read from its metadata, so
/// that `extend` reaches it without a login, or what a file on the machine says, if that is later; the later is kept in the
/// file, for when the metadata do not answer. Shutting down terminates the machine (`InstanceInitiatedShutdownBehavior`).
public enum MachineExpiry {
  /// On the machine; holds an ISO 8601 time in UTC.
  public static let file = "/var/lib/run_exp/expires"

  /// The script that cloud-init runs at the first boot.
  static func userData(expires: UTCTime) -> [UInt8] {
    Array(
      """
      #!/bin/sh
      # Made by run_exp: ends this machine at its tag \(ClusterTag.expires), at first \(expires.iso8601).
      set -eu
      mkdir -p /var/lib/run_exp /usr/local/sbin
      [ -e \(file) ] || echo \(expires.iso8601) >\(file)
      cat >/usr/local/sbin/run_exp-expire <<'END'
      \(check)
      END
      chmod 755 /usr/local/sbin/run_exp-expire
      cat >/etc/systemd/system/run_exp-expire.service <<'END'
      [Unit]
      Description=End this machine when its experiment's time is over
      [Service]
      Type=oneshot
      TimeoutStartSec=40
      ExecStart=/usr/local/sbin/run_exp-expire
      END
      cat >/etc/systemd/system/run_exp-expire.timer <<'END'
      [Unit]
      Description=Ask every minute whether this machine's time is over
      [Timer]
      OnBootSec=30
      OnUnitActiveSec=60
      AccuracySec=5
      [Install]
      WantedBy=timers.target
      END
      systemctl daemon-reload
      systemctl enable --now run_exp-expire.timer

      """.utf8)
  }

  /// What asks. cloud-init needs Python, so it is there. Without any time that can be read the machine goes on: its
  /// cluster is still found by its tags.
  static let check = """
    #!/usr/bin/env python3
    import calendar, os, subprocess, time, urllib.request

    METADATA = os.environ.get("RUN_EXP_METADATA", "http://169.254.169.254")
    FILE = os.environ.get("RUN_EXP_EXPIRES", "\(file)")

    def ask(path, method="GET", headers={}):
        request = urllib.request.Request(METADATA + path, method=method, headers=headers)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        return opener.open(request, timeout=2).read().decode().strip()

    def seconds(text):
        return calendar.timegm(time.strptime(text.strip(), "%Y-%m-%dT%H:%M:%SZ"))

    def of_tag():
        lifetime = {"X-aws-ec2-metadata-token-ttl-seconds": "60"}
        token = {"X-aws-ec2-metadata-token": ask("/latest/api/token", "PUT", lifetime)}
        return ask("/latest/meta-data/tags/instance/\(ClusterTag.expires)", headers=token)

    def of_file():
        with open(FILE) as file:
            return file.read().strip()

    def remember(text):
        try:
            with open(FILE + ".new", "w") as file:
                file.write(text + "\\n")
            os.replace(FILE + ".new", FILE)
        except OSError as error:
            print(error)

    times = {}
    for source in (of_file, of_tag):
        try:
            text = source()
            times[source] = (seconds(text), text)
        except Exception as error:
            print(source.__name__, repr(error))
    if not times:
        raise SystemExit("neither tag nor file says when this machine ends")
    expires, text = max(times.values())
    if (expires, text) != times.get(of_file):
        remember(text)
    if time.time() >= expires:
        subprocess.run(os.environ.get("RUN_EXP_SHUTDOWN", "shutdown -h now").split(), check=True)
    """
}
