"""Generate packages from hostile OpenAPI documents: ``python -m scripts.fuzz.codegen --count 2000 --seed 1``.

Each document goes through the command line of the generator, in a separate process. It has to end in a SpecError, or in a
package for which all of this is true:

* its syntax trees contain only definitions (`cwql_codegen.definitions`);
* importing every module of it has no effect: no file is written, no process started, no connection made, nothing printed;
* the tables can be read back, and contain every record, member, operation and enum of the document;
* every model can be built.

A traceback, an exit by a signal, more than a minute of processor time and more than `MEMORY` of memory are failures. A failure
is printed with the seed of its document, which ``--seed SEED --count 1`` runs again.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from cwql.schema import loader
from cwql.schema.catalog import catalog
from cwql_codegen import api, build, cli
from cwql_codegen.api import models as _preloaded  # noqa: F401  # the library behind it is slow to import
from cwql_codegen.spec import openapi, overlay_parser
from cwql_codegen.spec.overlay_apply import apply_overlay
from scripts.fuzz.hostile_documents import CANARY, Hostile, Product, make

SECONDS = 60
MEMORY = 2 * 2**30

_EFFECTS = (
    "os.", "subprocess.", "socket.", "shutil.", "ctypes.", "urllib.", "http.", "ftplib.", "smtplib.", "webbrowser.", "pty.", "signal.",
    "builtins.input", "code.", "fcntl.", "mmap.", "sqlite3.", "tempfile.", "glob.", "pathlib.", "winreg.", "msvcrt.",
)  # fmt: skip
"""The beginnings of the audit events that no import of definitions causes."""

_HARMLESS = frozenset(["os.listdir", "os.scandir", "pathlib.Path.glob"])


class Outcome(NamedTuple):
    """The end of one document: ``refused`` or ``generated``, otherwise what went wrong."""

    seed: int
    changes: tuple[str, ...]
    verdict: str
    seconds: float
    memory: int
    detail: str


def main(arguments: list[str] | None = None) -> int:
    """Run the documents and print a report. Return 1 if one of them failed."""
    parser = argparse.ArgumentParser(prog="python -m scripts.fuzz.codegen")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1, help="the first seed; each document has its own")
    parser.add_argument(
        "--jobs", type=int, default=min(4, os.cpu_count() or 1), help="how many documents run at a time"
    )
    options = parser.parse_args(arguments)
    start = time.monotonic()
    # Every process reads the shipped documents and the libraries once, and copies itself for each document.
    with multiprocessing.get_context("fork").Pool(options.jobs) as pool:
        outcomes = []
        for outcome in pool.imap(run, range(options.seed, options.seed + options.count)):
            outcomes.append(outcome)
            if len(outcomes) % 200 == 0:
                print(f"{len(outcomes):,} of {options.count:,}", file=sys.stderr, flush=True)
    verdicts = Counter(outcome.verdict for outcome in outcomes)
    print(f"{len(outcomes):,} documents in {time.monotonic() - start:.0f} s: {dict(verdicts)}")
    kinds = Counter((change, outcome.verdict) for outcome in outcomes for change in outcome.changes)
    for change in sorted({change for change, _ in kinds}):
        print(f"  {change:22}" + "".join(f" {kinds[change, verdict]:5} {verdict}" for verdict in verdicts))
    slowest = max(outcomes, key=lambda outcome: outcome.seconds)
    largest = max(outcomes, key=lambda outcome: outcome.memory)
    print(f"slowest: {slowest.seconds:.1f} s of processor time (seed {slowest.seed}: {', '.join(slowest.changes)})")
    print(f"largest: {largest.memory / 2**20:.0f} MB (seed {largest.seed}: {', '.join(largest.changes)})")
    failures = [outcome for outcome in outcomes if outcome.verdict not in ("refused", "generated")]
    for failure in failures[:20]:
        print(f"seed {failure.seed} ({', '.join(failure.changes)}): {failure.verdict}\n{failure.detail}\n")
    return 1 if failures else 0


def run(seed: int) -> Outcome:
    """Run the document of a seed in a separate process."""
    hostile = make(seed)
    # Loaded here, so that the child processes inherit them.
    _shipped("manage")
    _shipped("automate")
    with tempfile.TemporaryDirectory(prefix="cwql-codegen-") as folder:
        (Path(folder) / "document.json").write_bytes(hostile.content)
        result = Path(folder) / "result.json"
        process = os.fork()
        if not process:
            _child(hostile, Path(folder), result)
        _, status, usage = os.wait4(process, 0)
        memory = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        verdict, detail = "ended by a signal or an exit", f"status {status}"
        if status == 0:
            verdict, detail = json.loads(result.read_text(encoding="utf-8"))
        seconds = usage.ru_utime + usage.ru_stime
        if memory > MEMORY and verdict in ("refused", "generated"):
            verdict, detail = "too much memory", f"{memory / 2**20:.0f} MB"
    return Outcome(seed, hostile.changes, verdict, seconds, memory, detail)


@cache
def _shipped(product: Product) -> Any:
    return _read_shipped(product)


_read_shipped = build.read_shipped


def _child(hostile: Hostile, folder: Path, result: Path) -> None:
    """Run a document, write the verdict and end the process."""
    try:
        # Every run of the command reads the shipped document to compare with; here it is read once.
        build.read_shipped = _shipped
        resource.setrlimit(resource.RLIMIT_AS, (2 * MEMORY, 2 * MEMORY))
        # Time of the processor, because the machine may be busy.
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        os.chdir(folder)
        sys.dont_write_bytecode = True
        try:
            verdict = _judge(hostile, folder)
        except BaseException:
            verdict = ("exception", traceback.format_exc(limit=-8)[-3000:])
        _watched.clear()
        result.write_text(json.dumps(verdict), encoding="utf-8")
        os._exit(0)
    finally:
        os._exit(1)


def _judge(hostile: Hostile, folder: Path) -> tuple[str, str]:
    sys.addaudithook(_audit)
    _watched.append("socket.")
    out, source = folder / "out", "document.json"
    stdout, stderr = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        status = cli.main([hostile.product, "--spec", source, "--out", str(out)])
    message = stderr.getvalue()
    if (folder / CANARY).exists():
        return "canary during generation", message
    if status == cli.FAILURE:
        named = message.startswith((f"error: {source}: ", f"error: {hostile.product}-"))
        return ("refused" if named and "report this bug" not in message else "wrong refusal"), message[:500]
    if status != cli.CLEAN:
        return f"status {status}", message
    if not (stdout.getvalue() + message).replace("\n", "").isprintable():
        return "control characters in the report", ascii(stdout.getvalue()[:500])
    return _use(hostile.product, folder, out)


def _use(product: Product, folder: Path, out: Path) -> tuple[str, str]:
    files = {path.relative_to(out).as_posix(): path.read_bytes().decode() for path in out.rglob("*.py*")}
    api.verify(files)
    entries = overlay_parser.load(build.find_overlays(), product)
    read = apply_overlay(openapi.read(folder / "document.json", product), entries)
    records = {name: schema for name, schema in read.schemas.items() if not schema.enum}
    stdout = io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stdout):
        # All modules that an import needs are loaded by now, so every effect from here on is the package's.
        _watched.extend(_EFFECTS)
        loader.use_api_dir(product, out)
        known = catalog(product)
        assert len(known.records) == len(records)
        models = loader.load(product, "models")
        for part in ("fields", "resources", "async_resources", "tree", "endpoints", "operations"):
            loader.load(product, part)
        imported = {name: getattr(models, name) for name in dir(models)}
        _watched.clear()
        assert sorted(imported) == sorted(known.records)
        for name, model in imported.items():
            info = known.record(name)
            schema = records[info.wire]
            wires = {member.name for member in schema.properties}
            fields = {field.alias or key for key, field in model.model_fields.items()}
            assert fields == wires, (name, fields ^ wires)
            assert {it.lower() for it in info.names} == {it.lower() for it in wires}, name
            list(info.fields())
            assert model.model_validate({}).model_dump(exclude_unset=True) == {}
        assert {it.id for it in map(known.operation, known.operation_ids())} == {it.id for it in read.operations}
        assert list(known.endpoints())
    if (folder / CANARY).exists() or stdout.getvalue():
        return "canary", stdout.getvalue()[:500]
    return "generated", ""


_watched: list[str] = []
"""The beginnings of the audit events that are refused at the moment."""


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if not _watched:
        return
    if event.startswith(tuple(_watched)) and event not in _HARMLESS:
        raise AssertionError(f"{event}{arguments!r:.200}")
    if event == "open" and len(_watched) > 1:
        _, mode, flags = arguments
        writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writes or (isinstance(mode, str) and set(mode) & set("wax+")):
            raise AssertionError(f"{event}{arguments!r:.200}")


if __name__ == "__main__":
    sys.exit(main())
