"""nginx in front of the app, with the site of `deploy` changed as little as a test needs."""

import re
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from digits import ROOT

SITE = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
_START_S = 20.0


def find_nginx() -> str:
    """Return where nginx is; a test that needs it is skipped, saying so, where there is none."""
    found = subprocess.run([ROOT / "scripts" / "nginx.sh"], capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.skip(found.stderr.strip())
    return found.stdout.strip()


@contextmanager
def run_nginx(folder: Path, ports: Sequence[int], site: str = SITE) -> Iterator[str]:
    """Run nginx with a site in front of apps on these ports; give the address of the lab, without a slash."""
    program, port = find_nginx(), _find_port()
    folder.mkdir(parents=True)
    _make_certificate(folder)
    config = folder / "nginx.conf"
    config.write_text(_main_file(folder, _place(site, folder, port, ports)), encoding="utf-8")
    command = [program, "-p", str(folder), "-c", str(config), "-e", str(folder / "error.log")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    with subprocess.Popen([*command, "-g", "daemon off;"]) as nginx:
        try:
            _wait_for(port)
            yield f"https://localhost:{port}/lab"
        finally:
            nginx.terminate()


def _place(site: str, folder: Path, port: int, ports: Sequence[int]) -> str:
    """Move the site to where a test may listen, keep its certificate and write its logs."""
    moved = site.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
    moved = moved.replace("/etc/ssl/lab", str(folder)).replace("/var/log/nginx", str(folder))
    moved = moved.replace("/var/lib/nginx", str(folder))
    both = [ports[0], ports[-1]]
    return re.sub(r"\b850([12])\b", lambda found: str(both[int(found[1]) - 1]), moved)


def _main_file(folder: Path, site: str) -> str:
    places = [
        f"{name}_temp_path {folder / name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    ]
    types = "types { text/html html; }"
    return "\n".join(
        [
            f"pid {folder / 'pid'};",
            # The tests' folders are for their user alone.
            "user root;" if folder.owner() == "root" else "",
            "events { worker_connections 1024; }",
            f"http {{ {types} {' '.join(places)}",
            site,
            "}",
        ]
    )


def _make_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    start = datetime.now(UTC) - timedelta(days=1)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = builder.not_valid_before(start).not_valid_after(start + timedelta(days=30)).sign(key, SHA256())
    (folder / "fullchain.pem").write_bytes(made.public_bytes(Encoding.PEM))
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "privkey.pem").write_bytes(plain)


def _find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    end = time.monotonic() + _START_S
    while True:
        try:
            socket.create_connection(("localhost", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < end, "nginx does not listen"
            time.sleep(0.05)
        else:
            return
