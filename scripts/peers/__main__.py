"""Run the jobs of three public clients against a sandbox that serves over TLS: ``python -m scripts.peers FOLDER``.

FOLDER has a virtual environment ``venv`` with pyconnectwise, ConnectPyse and their requirements, and ``node_modules`` with
connectwise-rest; ``make test-peers`` installs them. Every job has to succeed, except for the faults of the clients in `KNOWN`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import uvicorn

from cwql.sandbox import Sandbox
from cwql.sandbox.asgi import make_app

JOBS = Path(__file__).parent / "jobs"
MINIMUM = 60
"""How many jobs of each client are run at least."""

KNOWN: dict[str, dict[str, str]] = {
    "pyconnectwise": {},
    "connectpyse": {"AgreementsAPI.get_agreement_configurations": "the method has no body and returns None"},
    "connectwise-rest": {},
}
"""Jobs that fail because of the client, with the reason."""

_START = 30.0


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Create a certificate for 127.0.0.1 and return its file and that of its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


def serve(sandbox: Sandbox, certificate: Path, key: Path) -> tuple[uvicorn.Server, threading.Thread, int]:
    """Serve a sandbox over TLS in a thread; return the server, the thread and the port."""
    config = uvicorn.Config(
        make_app(sandbox._handle, trust_proxy=False),
        port=0,
        ssl_certfile=str(certificate),
        ssl_keyfile=str(key),
        log_level="critical",
        lifespan="off",
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + _START
    while not server.started:
        if time.monotonic() > deadline:
            raise SystemExit("the sandbox did not start")
        time.sleep(0.05)
    port: int = server.servers[0].sockets[0].getsockname()[1]
    return server, thread, port


def run_jobs(client: str, command: list[str], folder: Path) -> int:
    """Run the jobs of a client against a new sandbox, print the failures, and return how many are not known."""
    certificate, key = make_certificate(folder)
    sandbox = Sandbox()
    server, thread, port = serve(sandbox, certificate, key)
    trusted = {name: str(certificate) for name in ("REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")}
    environment = {
        **os.environ,
        **trusted,
        "SANDBOX_HOST": f"127.0.0.1:{port}",
        "NODE_PATH": str(folder / "node_modules"),
    }
    done = subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    server.should_exit = True
    thread.join(10)
    sandbox.close()
    jobs = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"job"')]
    failed = [job for job in jobs if not job["ok"]]
    known = KNOWN[client]
    unexpected = [job for job in failed if job["job"] not in known]
    print(
        f"{client}: {len(jobs)} jobs, {len(failed)} failed, {len(failed) - len(unexpected)} of them known faults of the client"
    )
    for job in unexpected:
        print(f"  {job['job']}: {job['error']}")
    if len(jobs) < MINIMUM or done.returncode:
        print(f"  ended with status {done.returncode}: {done.stderr[-500:]}")
        return len(unexpected) + 1
    return len(unexpected)


def main(folder: Path) -> int:
    """Run all clients; return 1 if a job failed that should not."""
    python = str(folder / "venv" / "bin" / "python")
    commands = {
        "pyconnectwise": [python, str(JOBS / "pyconnectwise_jobs.py")],
        "connectpyse": [python, str(JOBS / "connectpyse_jobs.py")],
        "connectwise-rest": ["node", str(JOBS / "connectwise_rest_jobs.js")],
    }
    return 1 if sum(run_jobs(client, command, folder) for client, command in commands.items()) else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
