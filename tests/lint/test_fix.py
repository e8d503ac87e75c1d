"""Changing files: nothing is lost, nothing gets worse, comments are added only in valid positions."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from cwql.diagnostics import Diagnostic, Edit, Fix
from cwql.lint import fix
from cwql.lint.add_ignore import annotate
from cwql.lint.fix import TRIALS, Document, RewriteError, State, diff, fix_source, read_document, trials_of, write
from cwql.lint.job import LintJob
from cwql.lint.request_targets import NOWHERE
from cwql.source import Span
from tests.lint.tree import MISSPELT, RIGHT, URL, WRONG

if TYPE_CHECKING:
    from pathlib import Path


def order(name: str = "a.py", language: str = "python") -> LintJob:
    return LintJob(name, name, language, NOWHERE)


def cure(text: str, unsafe: bool = False) -> tuple[str, list[str]]:
    found = fix_source(Document("", text.encode()), order(), unsafe)
    return (text, []) if found is None else (found.text, [name for name, _ in found.done])


def test_safe_fixes_are_applied_until_none_is_left() -> None:
    assert cure(WRONG + MISSPELT) == (RIGHT + MISSPELT, ["double-equals"])
    text, done = cure(WRONG + MISSPELT, unsafe=True)
    assert text == RIGHT + MISSPELT.replace("sumary", "summary")
    assert sorted(done) == ["double-equals", "unknown-field"]
    assert cure(RIGHT) == (RIGHT, [])


ENCODINGS = [
    ("utf-8", b""),
    ("utf-8", b"\xef\xbb\xbf"),
    ("utf-16-le", b"\xff\xfe"),
    ("utf-16-be", b"\xfe\xff"),
    ("utf-32-le", b"\xff\xfe\x00\x00"),
]


@pytest.mark.parametrize(("encoding", "mark"), ENCODINGS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_line_ends_marks_and_encodings_are_kept(tmp_path: Path, encoding: str, mark: bytes, line_end: str) -> None:
    path = tmp_path / "a.py"
    lines = ("# é 会社", WRONG.rstrip(), "x = 1\t", "")
    path.write_bytes(mark + line_end.join(lines).encode(encoding))
    document = read_document(str(path))
    found = fix_source(document, order(str(path)))
    assert found is not None
    write(document, found.text)
    assert path.read_bytes() == mark + line_end.join((lines[0], RIGHT.rstrip(), *lines[2:])).encode(encoding)


def test_the_coding_cookie_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(f"# -*- coding: latin-1 -*-\n# é\n{WRONG}".encode("latin-1"))
    document = read_document(str(path))
    found = fix_source(document, order(str(path)))
    assert found is not None
    write(document, found.text)
    assert path.read_bytes() == f"# -*- coding: latin-1 -*-\n# é\n{RIGHT}".encode("latin-1")
    with pytest.raises(RewriteError, match="cannot be written in its encoding"):
        write(document, "会")


@pytest.mark.parametrize("data", [b"caf\xe9 = 1\n", b"# coding: nope\n", b"# coding: utf-7\nx = '\xff'", b"\x00\x01"])
def test_what_could_not_be_given_back_is_left_alone(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(RewriteError, match="its encoding is not certain"):
        Document("", data)


def test_permissions_and_links_are_kept(tmp_path: Path) -> None:
    path, link = tmp_path / "a.py", tmp_path / "link.py"
    path.write_text(WRONG)
    path.chmod(0o751)
    os.symlink("a.py", link)
    write(read_document(str(link)), RIGHT)
    assert path.read_text() == RIGHT
    assert stat.S_IMODE(path.stat().st_mode) == 0o751
    assert link.is_symlink()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.py", "link.py"]


def test_all_names_of_a_file_show_the_fixed_text(tmp_path: Path) -> None:
    path, other = tmp_path / "a.py", tmp_path / "b.py"
    path.write_text(WRONG + "# and more\n" * 9)
    os.link(path, other)
    write(read_document(str(path)), RIGHT)
    assert path.read_text() == other.read_text() == RIGHT
    assert path.samefile(other)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.py", "b.py"]


def test_a_file_that_was_changed_in_between_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(WRONG)
    document = read_document(str(path))
    path.write_text("something else")
    with pytest.raises(RewriteError, match="it was changed while it was looked at"):
        write(document, RIGHT)
    assert path.read_text() == "something else"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.py"]
    path.unlink()
    with pytest.raises(RewriteError, match="No such file"):
        write(document, RIGHT)
    assert not list(tmp_path.iterdir())


def test_a_failure_on_the_way_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.py"
    path.write_text(WRONG)

    def fail(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(RewriteError, match="No space left"):
        write(read_document(str(path)), RIGHT)
    assert path.read_text() == WRONG
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.py"]


@pytest.mark.skipif(os.name == "nt" or os.getuid() == 0, reason="the superuser may write everything")
def test_a_file_that_may_not_be_written_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(WRONG)
    path.chmod(0o400)
    with pytest.raises(RewriteError, match="it may not be written"):
        write(read_document(str(path)), RIGHT)


@pytest.mark.parametrize(
    "edit",
    [
        # Breaks the Python around it: its diagnostics would disappear, but so would its conditions.
        lambda text: Edit(Span(text.index("id =="), text.index("id ==") + 2), "'"),
        # Makes the target unknown: nothing would be found any more.
        lambda text: Edit(Span(text.index('"conditions"'), text.index('"conditions"') + 12), '"else"'),
        # Trades a warning for an error.
        lambda text: Edit(Span(text.index("id =="), text.index("id ==") + 2), "nope"),
    ],
)
def test_a_fix_that_does_harm_is_not_taken(edit: object, monkeypatch: pytest.MonkeyPatch) -> None:
    class Mistaken(State):
        def __init__(self, text: str, order: LintJob) -> None:
            super().__init__(text, order)
            self.findings = [
                Diagnostic(
                    code=f.code,
                    name=f.name,
                    severity=f.severity,
                    message=f.message,
                    span=f.span,
                    fixes=(Fix("harm", [edit(text)]),),  # type: ignore[operator]
                )
                for f in self.findings
                if "id ==" in text
            ] or self.findings

    monkeypatch.setattr(fix, "State", Mistaken)
    assert cure(WRONG) == (WRONG, [])


def test_a_bad_fix_does_not_hold_the_others_up(monkeypatch: pytest.MonkeyPatch) -> None:
    class Mistaken(State):
        def __init__(self, text: str, order: LintJob) -> None:
            super().__init__(text, order)
            self.findings = [
                f
                if f.code != "CW203"
                else Diagnostic(
                    code=f.code,
                    name=f.name,
                    severity=f.severity,
                    message=f.message,
                    span=f.span,
                    fixes=(Fix("harm", [Edit(f.span, '"')]),),
                )
                for f in self.findings
            ]

    monkeypatch.setattr(fix, "State", Mistaken)
    text = WRONG + MISSPELT + WRONG * 3
    assert cure(text) == (text.replace("==", "="), ["double-equals"] * 4)


@pytest.mark.skipif(shutil.which("git") is None, reason="lets git apply the change")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nb\n", "a\nc\n"),
        ("a\r\nb", "a\r\nc"),
        ("a\nb", "a\nb\n"),
        ("", "x"),
        ("a\x0cb\u2028c\nd\n", "a\x0cB\u2028c\nd\n"),
    ],
)
def test_a_diff_can_be_applied(tmp_path: Path, before: str, after: str) -> None:
    (tmp_path / "a.py").write_bytes(before.encode())
    subprocess.run(
        ["git", "apply", "--unsafe-paths", "-"],
        input=diff(before, after, "a.py").encode(),
        cwd=tmp_path,
        check=True,
        env={**os.environ, "GIT_CEILING_DIRECTORIES": str(tmp_path)},
    )
    assert (tmp_path / "a.py").read_bytes() == after.encode()


MULTILINE = f'''requests.get("{URL}/service/tickets", params={{"conditions": """
    id == 5
    and sumary contains "x"
"""}})
'''
CONTINUED = f'requests.get("{URL}/service/tickets", params={{"conditions": "id == 5" \\\n  " and board/id = 1"}})\n'
INNER = f'''text = f"""
{{requests.get("{URL}/service/tickets", params={{"conditions": "id == 5"}})}}
"""
'''

COMMENTS = [
    ("a.py", "python", WRONG, WRONG.rstrip() + "  # cwql: ignore[double-equals]\n"),
    (
        "a.py",
        "python",
        WRONG.rstrip() + "\r\nx = 1\r\n",
        WRONG.rstrip() + "  # cwql: ignore[double-equals]\r\nx = 1\r\n",
    ),
    ("a.py", "python", MULTILINE, MULTILINE.rstrip() + "  # cwql: ignore[double-equals, unknown-field]\n"),
    ("a.py", "python", CONTINUED, CONTINUED.rstrip() + "  # cwql: ignore[double-equals]\n"),
    (
        "a.py",
        "python",
        MISSPELT.replace("vpn'", "vpn' and id == 5").rstrip() + "  # cwql: ignore[double-equals]\n",
        MISSPELT.replace("vpn'", "vpn' and id == 5").rstrip() + "  # cwql: ignore[double-equals, unknown-field]\n",
    ),
    (
        "a.yaml",
        "yaml",
        f"url: {URL}/service/tickets\nconditions: id == 5\n",
        f"url: {URL}/service/tickets\nconditions: id == 5  # cwql: ignore[double-equals]\n",
    ),
    (
        "a.sh",
        "shell",
        f'curl "{URL}/service/tickets?conditions=id==5"\n',
        f'curl "{URL}/service/tickets?conditions=id==5"  # cwql: ignore[double-equals]\n',
    ),
    # In Markdown, a fenced block has the comments of its own language.
    (
        "a.md",
        "markdown",
        f"```python\n{WRONG}```\n",
        f"```python\n{WRONG.rstrip()}  # cwql: ignore[double-equals]\n```\n",
    ),
    (
        "a.html",
        "html",
        f"<i>{URL}/service/tickets?conditions=id==5</i>\n<script>\n{WRONG}</script>\n",
        f"<i>{URL}/service/tickets?conditions=id==5</i>  <!-- cwql: ignore[double-equals] -->\n<script>\n{WRONG.rstrip()}  // cwql: ignore[double-equals]\n</script>\n",
    ),
    (
        "a.md",
        "markdown",
        f"1. so:\n\n   ```bash\n   curl '{URL}/service/tickets?conditions=id==5'\n   ```\n",
        f"1. so:\n\n   ```bash\n   curl '{URL}/service/tickets?conditions=id==5'  # cwql: ignore[double-equals]\n   ```\n",
    ),
    (
        "a.md",
        "markdown",
        "so:\n\n    Get-CWMTicket -Condition 'id == 5'\n\nor not",
        "so:\n\n    Get-CWMTicket -Condition 'id == 5'  # cwql: ignore[double-equals]\n\nor not",
    ),
    (
        "a.md",
        "markdown",
        f"see {URL}/service/tickets?conditions=id==5\n",
        f"<!-- cwql: ignore[double-equals] -->\nsee {URL}/service/tickets?conditions=id==5\n",
    ),
    *[
        (
            "a.md",
            "markdown",
            f"so:\n```{name}\nGET {URL}/service/tickets?conditions=id==5\n```{end}",
            f"so:\n<!-- cwql: off[double-equals] -->\n```{name}\nGET {URL}/service/tickets?conditions=id==5\n```\n<!-- cwql: on -->\n",
        )
        for name, end in (("", "\n"), ("text", ""), ("mermaid", "\n"))
    ],
]


@pytest.mark.parametrize(("name", "language", "before", "after"), COMMENTS)
def test_comments(name: str, language: str, before: str, after: str) -> None:
    annotation = annotate(before, order(name, language))
    assert annotation.text == after
    assert not annotation.left
    assert annotation.count >= 1
    assert not State(after, order(name, language)).findings
    # The second time there is nothing to do.
    assert annotate(after, order(name, language)).text == after


def test_json_has_no_comments() -> None:
    text = f'{{"url": "{URL}/service/tickets", "conditions": "id == 5"}}'
    annotation = annotate(text, order("a.json", "json"))
    assert (annotation.text, annotation.count) == (text, 0)
    assert [finding.code for finding in annotation.left] == ["CW112"]


def test_where_no_comment_can_stand_none_is_put() -> None:
    annotation = annotate(INNER, order())
    if annotation.left:
        assert annotation.text == INNER
    else:
        assert not State(annotation.text, order()).findings


def test_many_comments_take_few_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def count(text: str, given: LintJob) -> State:
        made.append(text)
        return State(text, given)

    monkeypatch.setattr("cwql.lint.add_ignore.State", count)
    lines = [WRONG if number % 2 else MISSPELT for number in range(300)]
    annotation = annotate("".join(lines), order())
    assert (annotation.count, annotation.left, len(made)) == (300, [], 2)
    assert annotation.text.count("# cwql: ignore[double-equals]") == 150
    # One place without a comment costs a logarithm of trials.
    made.clear()
    lines.insert(100, INNER)
    annotation = annotate("".join(lines), order())
    assert annotation.count >= 300
    assert len(made) < 60


def test_large_files_are_tried_less_often() -> None:
    assert (trials_of(""), trials_of("x" * 200_000), trials_of("x" * 5_000_000)) == (TRIALS, 50, 10)
