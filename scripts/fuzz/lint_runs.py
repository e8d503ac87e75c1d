"""Run ``cwql lint`` on a tree in a limited process, and describe the changes of the tree."""

from __future__ import annotations

import argparse
import os
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ADDRESS_SPACE = 1_000_000_000
"""Bytes that a process may reserve; one that wants more gets a MemoryError."""

# The memory that the system reports for a process that ended includes that of the process which started it.
_PROGRAM = f"""
import os, resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({ADDRESS_SPACE}, {ADDRESS_SPACE}))
from cwql.cli import main
try:
    status = main(sys.argv[2:])
finally:
    if os.path.exists("/proc/self/status"):
        with open("/proc/self/status") as file:
            peak = next(int(line.split()[1]) / 1e3 for line in file if line.startswith("VmHWM"))
    else:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    os.write(int(sys.argv[1]), str(peak).encode())
sys.exit(status)
"""


class Run(NamedTuple):
    """The result of a call of ``cwql lint``: exit status (None if it was killed), output, CPU seconds, peak megabytes."""

    status: int | None
    out: str
    err: str
    seconds: float
    megabytes: float

    def problem(self, seconds: float, megabytes: float = 200) -> str | None:
        """Return the fault of the run itself, otherwise None."""
        if self.status is None:
            return "it was still running"
        if self.status not in (0, 1, 2):
            return f"it ended with status {self.status}: {self.err[-300:]}"
        if "Traceback" in self.err:
            return f"a traceback: {self.err[-300:]}"
        # SARIF lists all rules.
        if "CW694" in self.out.partition('"results"')[2 if '"rules"' in self.out else 0]:
            return f"a fault of cwql: {self.out[:600]}"
        if self.seconds > seconds:
            return f"{self.seconds:.1f} s of CPU time"
        if self.megabytes > megabytes:
            return f"{self.megabytes:.0f} MB of memory"
        for line in f"{self.out}\n{self.err}".splitlines():
            # A tab can only come from a line of a source in a diff.
            if not line.replace("\t", "").isprintable() and not line.startswith(("+", "-", " ")):
                return f"a control character in the output: {line[:200]!r}"
        return None


def run_lint(folder: Path, words: Sequence[str], timeout: float = 30) -> Run:
    """Run ``cwql lint`` in a folder."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.TemporaryFile() as peak:
        process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(peak.fileno()), "lint", *words],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            pass_fds=[peak.fileno()],
            env={**os.environ, "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        )
        deadline = time.monotonic() + timeout
        pid = code = 0
        usage = None
        while not pid and time.monotonic() < deadline:
            time.sleep(0.005)
            pid, code, usage = os.wait4(process.pid, os.WNOHANG)
        if not pid:
            process.kill()
            _, code, usage = os.wait4(process.pid, 0)
        # The process was waited for here, not by subprocess.
        process.returncode = os.waitstatus_to_exitcode(code)
        assert usage is not None
        texts = []
        for file in (out, err, peak):
            file.seek(0)
            texts.append(file.read(2_000_000).decode(errors="backslashreplace"))
    return Run(
        process.returncode if pid else None,
        texts[0],
        texts[1],
        usage.ru_utime + usage.ru_stime,
        float(texts[2] or 0),
    )


def snapshot(root: Path) -> dict[str, tuple[object, ...]]:
    """Return every entry below a folder: kind and mode, and the content or where it links to."""
    found: dict[str, tuple[object, ...]] = {}
    # By bytes, so that names which are not text are seen as well; from folder to folder, because paths can be too long.
    waiting = [os.fsencode(root)]
    while waiting:
        folder = waiting.pop()
        try:
            entries = [*os.scandir(folder)]
        except OSError:
            continue
        for entry in entries:
            name = os.fsdecode(entry.path)[len(str(root)) + 1 :]
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError:
                # The path is too long.
                continue
            content: object = None
            if stat.S_ISLNK(status.st_mode):
                content = os.readlink(entry.path)
            elif stat.S_ISREG(status.st_mode) and status.st_size < 8_000_000:
                content = Path(os.fsdecode(entry.path)).read_bytes()
            elif stat.S_ISDIR(status.st_mode):
                waiting.append(entry.path)
            found[name] = (status.st_mode, content)
    return found


def remove(root: Path) -> None:
    """Remove a tree, however deep: shutil.rmtree calls itself for each level."""
    subprocess.run(["rm", "-rf", "--", str(root)], check=True)


def run_cases(case: Callable[[int], Iterator[str]], count: int, seed: int) -> int:
    """Run cases and print the problems that they yield; return how many cases had one."""
    failed = 0
    started = time.monotonic()
    for number in range(seed, seed + count):
        problems = [*case(number)]
        failed += bool(problems)
        for problem in problems:
            print(f"seed {number}: {problem}", flush=True)
    print(f"{count} cases from seed {seed}: {failed} failed, {time.monotonic() - started:.0f} s")
    return failed


def main(program: str, description: str, case: Callable[[int], Iterator[str]], count: int) -> int:
    """Read ``--count`` and ``--seed``, run the cases, and return the exit status."""
    parser = argparse.ArgumentParser(prog=f"python -m scripts.fuzz.{program}", description=description)
    parser.add_argument("--count", type=int, default=count, help="number of cases")
    parser.add_argument(
        "--seed", type=int, default=1, help="seed of the first case; the next cases have the next seeds"
    )
    arguments = parser.parse_args()
    return 1 if run_cases(case, arguments.count, arguments.seed) else 0
