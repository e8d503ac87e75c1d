"""Speed and size of the generated API: records, pages, lookups, the wheel, type checking.

Every ratio comes from one run on one machine, and compared processes alternate.
"""

from __future__ import annotations

import gc
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.table import Row

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]


_GROWTH = """
import json, os, time
def resident():
    # The peak that the system keeps would begin at that of the process which started this one.
    with open("/proc/self/statm") as source:
        return int(source.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024
from pydantic import BaseModel
class Warm(BaseModel):
    a: int | None = None
Warm.model_validate({{"a": 1}})
time0, memory0 = time.process_time(), resident()
{code}
print(json.dumps([time.process_time() - time0, resident() - memory0]))
"""
_OURS = "from cwql.manage.models import Ticket; Ticket.model_validate({'id': 1, 'status': {'name': 'New'}})"
_PEER = "import pyconnectwise.models.manage"


def measure_import(rounds: int = 7) -> list[Row]:
    """Compare importing and using one record with importing the models of pyconnectwise, without the cost of pydantic."""
    found: dict[str, list[list[float]]] = {_OURS: [], _PEER: []}
    for turn in range(rounds + 1):
        for code, results in found.items():
            result = json.loads(_python("-c", _GROWTH.format(code=code)))
            if turn:  # The first round writes the bytecode.
                results.append(result)
    ours, peer = ([median(column) for column in zip(*found[code], strict=True)] for code in (_OURS, _PEER))
    return [
        Row(
            "import and validate a Ticket",
            ours[0] * 1e3,
            peer[0] * 1e3,
            "ms",
            ours[0] / peer[0],
            at_most=1 / 25,
        ),
        Row(
            "memory for that",
            ours[1] / 1024,
            peer[1] / 1024,
            "MB",
            ours[1] / peer[1],
            at_most=1 / 5,
        ),
    ]


def measure_page(rounds: int = 21) -> list[Row]:
    """Compare parsing a page of 1,000 tickets with `TypeAdapter(list[M])` of a plain model of the same 60 fields."""
    from pydantic import TypeAdapter

    from benchmarks.plain_ticket import Ticket as Plain
    from cwql.manage.models import Ticket
    from cwql_api.runtime import page_of

    page = make_page(1000)
    readers: dict[str, Callable[[bytes], Any]] = {
        "ours": page_of(Ticket).validate_json,
        "peer": TypeAdapter(list[Plain]).validate_json,
    }
    times: dict[str, list[float]] = {name: [] for name in readers}
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for name, read in readers.items():
                start = time.process_time()
                records = read(page)
                times[name].append(time.process_time() - start)
                assert len(records) == 1000
                del records
                gc.collect()
    finally:
        gc.enable()
    ours, peer = median(times["ours"]), median(times["peer"])
    return [
        Row(f"read 1,000 tickets ({len(page) / 1e6:.1f} MB)", ours * 1e3, peer * 1e3, "ms", ours / peer, at_most=1.1)
    ]


def make_page(count: int, seed: int = 1) -> bytes:
    """Return a page of tickets as a server sends it: 60 fields, references with `_info`, texts of different lengths."""
    from benchmarks.plain_ticket import Ticket as Plain

    dice = random.Random(seed)
    return json.dumps([_sample(Plain, dice) for _ in range(count)]).encode()


def _sample(model: Any, dice: random.Random) -> dict[str, Any]:
    return {
        field.alias or name: _value(str(field.annotation), field.annotation, dice)
        for name, field in model.model_fields.items()
    }


def _value(text: str, annotation: Any, dice: random.Random) -> Any:
    inner = next((it for it in getattr(annotation, "__args__", ()) if it is not type(None)), annotation)
    if hasattr(inner, "model_fields"):
        return _sample(inner, dice)
    if "dict[" in text:
        links = {
            f"{name}_href": f"https://api-na.example.com/v4_6_release/apis/3.0/service/{name}/{dice.randrange(9999)}"
            for name in ("board",)
        }
        return {"lastUpdated": _moment(dice), "updatedBy": f"member{dice.randrange(40)}", **links}
    if "list[" in text:
        return [_sample(inner.__args__[0], dice) for _ in range(3)]
    if "datetime" in text:
        return _moment(dice)
    if "bool" in text:
        return dice.random() < 0.5
    if "int" in text:
        return dice.randrange(1_000_000)
    if "float" in text:
        return round(dice.random() * 100, 2)
    return " ".join(dice.choice(_WORDS) for _ in range(dice.choice((1, 1, 2, 3, 8))))


_WORDS = ("printer", "offline", "Northwind", "VPN", "mailbox", "cannot", "connect", "renew", "licence", "Fabrikam")


def _moment(dice: random.Random) -> str:
    return f"2024-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}T{dice.randrange(24):02}:{dice.randrange(60):02}:00Z"


_LOOKUP = (
    "import cwql; from cwql.schema.catalog import catalog; known = catalog('manage'); "
    "known.resolve(known.endpoint('/service/tickets').record, ('company', 'identifier'))"
)


def measure_lookup(rounds: int = 31) -> list[Row]:
    """Measure the first lookup of a field path in a new interpreter, without the time of ``import cwql``."""
    times: dict[str, list[float]] = {"import cwql": [], _LOOKUP: []}
    for turn in range(rounds + 1):
        for code, results in times.items():
            used = _cpu("-c", code)
            if turn:
                results.append(used)
    # The minimum of many runs, because disturbances only increase the time of a short process.
    extra = (min(times[_LOOKUP]) - min(times["import cwql"])) * 1e3
    return [Row("first lookup of a field path, and its limit", extra, 5, "ms", extra / 5, at_most=1)]


def measure_wheel() -> list[Row]:
    """Measure the size of the wheel."""
    with tempfile.TemporaryDirectory() as folder:
        _python("-m", "build", "--wheel", "--no-isolation", "--outdir", folder, str(ROOT))
        (wheel,) = Path(folder).glob("*.whl")
        size = wheel.stat().st_size / 2**20
    return [Row("wheel, and its limit", size, 6, "MB", size / 6, at_most=1)]


_TYPED = """
from typing import Any

from cwql import Condition
from cwql.automate.fields import Computer
from cwql.manage.fields import Company, Contact, ContactCommunicationItem, Ticket, TimeEntry


def find_open(board: str, boards: list[int]) -> Condition[Any]:
    return (Ticket.board.name == board) & (Ticket.closedFlag == False) & Ticket.board.id.in_(boards)


def find_urgent(least: int) -> Condition[Any]:
    return (Ticket.impact == "High") & (Ticket.priority.id <= least) & Ticket.status.name.not_in(["New", "Closed"])


def find_customers(name: str) -> Condition[Any]:
    return Company.name.like(f"{name}%") & (Company.deletedFlag == False) & Company.status.id.in_([1, 2])


def find_address(address: str) -> Condition[Any]:
    return Contact.communicationItems.any(ContactCommunicationItem.value == address)


def find_time(member: str) -> Condition[Any]:
    return (TimeEntry.member.identifier == member) & (TimeEntry.actualHours > 0.5) & TimeEntry.notes.is_not_null()


def find_servers(client: str) -> Condition[Any]:
    return (Computer.Client.Name == client) & Computer.OperatingSystemName.contains("Server")
"""


def measure_checking(rounds: int = 5) -> list[Row]:
    """Compare mypy on a 30-line program with typed and with untyped handles, with a warm cache."""
    plain = "from cwql.language.builder import F\n" + "".join(
        line for line in _TYPED.splitlines(keepends=True) if ".fields import" not in line
    )
    for typed, untyped in (
        (
            "Contact.communicationItems.any(ContactCommunicationItem.value == address)",
            'F("communicationItems/value") == address',
        ),
    ):
        plain = plain.replace(typed, untyped)
    for name in ("Ticket", "Company", "TimeEntry", "Computer"):
        plain = _as_untyped(plain, name)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "mypy.ini").write_text("[mypy]\nstrict = True\n")
        times: dict[str, list[float]] = {_TYPED: [], plain: []}
        for turn in range(rounds + 1):
            for number, (code, results) in enumerate(times.items()):
                program = place / f"program{number}.py"
                program.write_text(f"{code}\n# {turn}\n")
                start = time.perf_counter()
                _python(
                    "-m", "mypy", "--config-file", str(place / "mypy.ini"), "--cache-dir", str(place / "cache"), str(program),
                    MYPYPATH=os.pathsep.join((str(ROOT / "src"), str(ROOT / "generated"))),
                )  # fmt: skip
                if turn:
                    results.append(time.perf_counter() - start)
    ours, peer = median(times[_TYPED]), median(times[plain])
    return [
        Row(
            "mypy on typed handles, warm: more than without, and its limit",
            ours - peer,
            3,
            "s",
            (ours - peer) / 3,
            at_most=1,
        )
    ]


def _as_untyped(code: str, name: str) -> str:
    import re

    operators = "like|in_|not_in|contains|is_not_null"

    def replace(match: re.Match[str]) -> str:
        return f'F("{match[1].replace(".", "/")}")'

    return re.sub(rf"\b{name}\.((?:(?!{operators})\w+)(?:\.(?!{operators})\w+)*)", replace, code)


def _environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, **more}


def _python(*arguments: str, **more: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, env=_environment(**more)
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout


def _cpu(*arguments: str) -> float:
    """Return the processor time of a Python process, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _python(*arguments)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def run(quick: bool = False) -> list[Row]:
    """Run all measurements; they have few rounds, so `quick` makes no difference."""
    return [*measure_import(), *measure_page(), *measure_lookup(), *measure_wheel(), *measure_checking()]
