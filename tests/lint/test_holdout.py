"""Snippets that were labelled before the code, and files of public repositories that were linted wrongly.

One label of the first round was corrected when the endpoint of its condition was found: ``query.py`` lists all open tickets (CW412).

The second round of labels, ``holdout/second``, was committed before the linter saw it. Its first run:

| | as committed | with the corrected labels |
|---|---|---|
| expected diagnostics found | 123 of 138 | 128 of 138 |
| false errors, in snippets | 6, in 3 of 100 | 5, in 2 of 100 |
| false warnings | 22 | 18 |

Seven labels were corrected afterwards, and no other: positions in ``batches.py`` and ``collection.json``; two diagnostics of
names that only `cwql` knows (CW212 in ``automate.go``, CW221 in ``legacy.js``); two ids of records, which the guide
calls safe (``projects.py``, ``SyncCommand.php``); and a template of Azure, which is reported like those of Ansible and n8n
(``logicapp.json``).

The third round, ``holdout/third``: 66 of 68 expected diagnostics found in its first run, no false error, 5 false warnings in 3
of 40 snippets. No label was changed, and all are met now.

The fourth round, ``holdout/fourth``, 80 snippets with shapes of real files, 23 of them without a mistake. Its first run:

| | as committed | with the corrected labels |
|---|---|---|
| expected diagnostics found | 82 of 89 (92 %) | 85 of 90 (94 %) |
| false errors | 6 | 4, in 4 of 80 |
| false warnings | 17 | 17, in 15 of 80 (19 % of the expected diagnostics) |

Three labels were corrected: a position in ``sync.ts``, a fact about a field that only `cwql` knows (CW211 in ``CWM.psm1``), and
``Webhook.cs``, in which one mistake had two diagnostics: CW111 has the better fix. All labels are met now.

The fifth round, ``holdout/fifth``, 45 scripts and classes of service providers in PowerShell, C#, VB.NET, shell and batch, 23 of them
without a mistake: 35 of 40 expected diagnostics found in its first run (88 %), no false error, 16 false warnings in 12 of 45
snippets. No label was changed, and all are met now.

The sixth round, ``holdout/sixth``, 44 snippets of Python, JavaScript, TypeScript, Go, PHP, Ruby, Java and Kotlin, 23 of them
without a mistake. Its first run:

| | as committed | with the corrected labels |
|---|---|---|
| expected diagnostics found | 51 of 57 (89 %) | 52 of 57 (91 %) |
| false errors | 0 | 0 |
| false warnings | 15, in 11 of 44 | 14, in 10 of 44 (25 % of the expected diagnostics) |

Two labels were corrected: a parameter of a public function, which code outside of the file may call with any text
(``sweep.py``), and the text of a date, which contains no bracket (``tickets_late.py``). All labels are met now.

The seventh round, ``holdout/seventh``, whole files. First runs with the corrected labels:

| | found | false errors | false warnings |
|---|---|---|---|
| Python, notebooks and Power Query, 40 snippets | 49 of 49 | 4, in 2 of 40 | 40, in 24 of 40 |
| PowerShell, shell and batch, 40 snippets | 42 of 44 | 2, in 1 of 40 | 23, in 18 of 40 |
| the same, 20 more snippets, seen later | 16 of 21 | 1, in 1 of 20 | 5, in 5 of 20 |
| TypeScript, JavaScript and data files, 40 snippets | 48 of 53 | 0 | 27, in 15 of 40 |
| C#, VB.NET, Java, Kotlin and Swift, 40 snippets | 29 of 36 | 2, in 1 of 40 | 32, in 17 of 40 |
| PHP, Ruby, Go, Rust, Perl, Elixir and Clojure, 40 snippets | 29 of 43 | 0 | 37, in 24 of 40 |
| values of unknown origin, all languages, 26 snippets | 31 of 31 | 0 | 6, in 4 of 26 |

The false warnings had many causes: tables with statuses such as ``>Closed``, groups of patterns, routes and fields of models with a
type, calls that end the program. Corrected labels: three facts that only `cwql` knows (CW220, CW222, CW693), and a position.
In scripts of PowerShell and shells they were mappings and results of functions, arguments of functions of the script, and tests and
filters of the shell. Corrected labels: four facts about fields that only `cwql` knows (CW203, CW220, CW221), and five positions,
four of them in the snippets that were seen later (``Invoke-Triage.ps1``, ``Reset-Priority.ps1``, ``Start-Purge.ps1``, ``onboard.sh``).
In C#, VB.NET, Java, Kotlin and Swift they were extension methods, methods that are generated from annotations, formatters of dates,
enums, and queries of lists. A label was corrected: a position.
In PHP, Ruby, Go, Rust, Perl, Elixir and Clojure they were results, checks and options of functions. Corrected labels: a position
(``InvoiceExport.php``), and a quoted date of Automate (CW305 in ``automate.go``).
In TypeScript, JavaScript and data files they were schemas of zod, typed arrow functions, functions of the file as arguments, and
templates of workflows. Corrected labels: two positions (``wallboard.js``, ``ConnectWise.postman_collection.json``), and two
names that a record does not have (``offline-agents.js``, ``companies.ts``).
Among the values of unknown origin they were a property whose text is a condition, a schema of zod, a test of all characters, and
`urllib.request`, which looked like a request. Corrected labels: facts about fields (CW203, CW212, CW305), and a position.

The eighth round, ``holdout/eighth``, fresh files with other shapes. First runs:

| | found | false errors | false warnings |
|---|---|---|---|
| PHP, Ruby, Go, Rust, Perl, Elixir and Clojure, 20 snippets | 17 of 17 | 0 | 6, in 5 of 20 |
| Python, notebooks and Power Query, 20 snippets | 27 of 29 | 0 | 18, in 13 of 20 |
| C#, VB.NET, Java, Kotlin and Swift, 20 snippets | 13 of 17 | 0 | 1 |
| TypeScript, JavaScript and data files, 20 snippets | 20 of 22 | 1 | 3, in 3 of 20 |

The false warnings were guards of functions in Elixir, tests for quotes, and functions of a script.
In C#, VB.NET, Java, Kotlin and Swift the linter missed parts of conditions that a method adds to a list of its class, a date without
brackets, and a text that a function of another file encodes. A label was added: a field that does not exist (``LegacySync.ashx.cs``).

The ninth round, ``holdout/ninth``, again other shapes. First runs:

| | found | false errors | false warnings |
|---|---|---|---|
| PHP, Ruby, Go, Rust, Perl, Elixir and Clojure, 20 snippets | 14 of 15 | 2, in 1 of 20 | 8, in 6 of 20 |
| TypeScript and JavaScript, 11 snippets | 13 of 13 | 0 | 1 |
| Python, notebooks and Power Query, 15 snippets | 18 of 22 | 0 | 2, in 2 of 15 |
| PowerShell, shell, batch, C#, VB.NET and Power Query, 40 snippets | 66 of 73 | 0 | 13, in 9 of 40 |
| Python, notebooks, data files, Go and Rust, 40 more snippets | 62 of 64 | 0 | 6, in 4 of 40 |
| TypeScript, JavaScript, PHP, Ruby, Java, Kotlin, Perl, Elixir and Swift, 40 more snippets | 47 of 60 | 0 | 7, in 7 of 40 |

The false errors were literals of characters of Clojure, the false warnings parameters of Grape, routes of Slim,
``static fn`` of PHP, and lists in YAML inside of a program.
In Python the linter missed formats with ``{start:%Y-%m-%d}``, which it read as those of printf, and a date without brackets that
is one by its type; false warnings were values that a script gives to its own functions, and choices of forms and workflows.
Two labels were corrected, both in the row of Python, Go and Rust: facts about fields that only `cwql` knows (CW205, CW211).
In PowerShell, shell and C# it missed ``between`` with placeholders, commands in ``for /f``, defaults such as ``${2:-}``, and
``string.Create``. The false warnings there were parameters of tests, tables with members of enums as keys, pipelines that end in
``head``, negated classes of patterns, and a script without a suffix.
In the last row it missed methods of Java that throw two exceptions, requests whose lambdas set the parameters, terms that callers
pass, and options of the command line. The false warnings were such terms, and parameters of callbacks that are called ``ids``.

The tenth round, ``holdout/tenth``, the scripts and modules that engineers publish most often. First runs as committed:

| | found | false errors | false warnings |
|---|---|---|---|
| all languages, 44 snippets | 48 of 50 | 0 | 1 |
| more of the same, seen later (``*_more.toml``), 16 snippets | 17 of 18 | 0 | 0 |

The linter missed texts that are empty by default and tested before their use, ``const { searchParams }``, and options of
commands. The false warning was a function that only its script calls, as in ``service/sla_report.py`` of the seventh round,
whose label was corrected. A label was added: a list of all open tickets (CW412 in ``pull_to_sqlite.py``).

The eleventh round, ``holdout/eleventh``. First runs as committed:

| | found | false errors | false warnings |
|---|---|---|---|
| Python, JavaScript, TypeScript and data files, 40 snippets | 41 of 45 | 2, in 1 of 40 | 14, in 7 of 40 |
| the same, 20 more snippets | 23 of 26 | 2, in 2 of 20 | 7, in 3 of 20 |
| the same, 17 more snippets (``*_last.toml``) | 18 of 18 | 0 | 7, in 4 of 17 |
| the same, 10 more snippets (``web_ends.toml``) | 14 of 14 | 0 | 1 |
| PowerShell, C#, VB.NET, shell and batch, 36 snippets | 55 of 60 | 0 | 10, in 8 of 36 |
| the same, 17 more snippets (``*_later.toml``) | 26 of 27 | 4, in 2 of 17 | 5, in 4 of 17 |
| the same, 15 more snippets (``*_last.toml``) | 26 of 29 | 1 | 4, in 3 of 15 |
| the same, 7 more snippets (``*_fourth.toml``) | 14 of 15 | 0 | 5, in 3 of 7 |
| PHP, Ruby, Go, Java, Kotlin, Rust, Swift, Perl and Elixir, 50 snippets | 63 of 78 | 0 | 15, in 13 of 50 |
| the same, 19 more snippets (``web_later.toml``) | 22 of 28 | 0 | 9, in 6 of 19 |

In this row the linter missed commands after the prompt of PowerShell in Markdown, ``useMemo`` and rows of ``pytest.mark.parametrize``. The false errors
were a quote in JSON inside of two strings of JSON; the false warnings were fields that express-validator and class-validator
restrict, ids of the user of a request, variables of Grafana and Airflow, and choices of argparse that are listed elsewhere.
No label of it was changed; two of earlier rounds were, ids of records (CW602 in ``tickets_view.py`` and ``workflow.json``).
In the files that were seen later it missed functions of Node-RED, requests of Hoppscotch, and ``.mdx``. The false errors were code in JSON and
a placeholder of a library, the false warnings schemas of marshmallow and of tools, a route of a class, and dates of Airbyte. In the last ones
they were schemas of TypeBox, requests of Thunder Client, loops of Ansible, and handlers that leave the function. The last false warning was a function that only a handler of AWS calls.
In PowerShell, C# and shell the false warnings were items that a filter has tested, groups of a pattern that a text has to match,
lambdas with a declared result, choices of forms, and inputs of commands. The linter missed conditions of several lines, templates
whose marks are replaced, ``new()`` without a type, and dates with a zone. A label was corrected: a position (``Watch-VeeamJobs.ps1``). In the later ones
false errors were conditions of a table for several endpoints, and one with places that are filled later; the false warnings were
rules of FluentValidation, ``switch -Regex`` and formats such as ``%F``. An alias of a parameter was missed. No label was changed. In the last ones the
false warnings were keys of groups, tests for quotes in shells and ``[ref]``; methods of a class of PowerShell that is a parameter,
and conditions that ``jq`` encodes, were missed. A label was added, a fact about a field: the false error (CW203 in ``Sync-Patching.psm1``). In the
fourth ones they were versions and dates that are cut from texts; a list of terms that a function joins was missed.
In PHP, Ruby, Go and the others the linter missed methods of Rust, interfaces after data classes of Kotlin, templates of Spring whose
values come in order, and extension functions that encode. The false warnings were parts of lists, list items that are set by their
index, substitutions of Perl, and ``joinToString`` with named arguments. A label was added: a parameter without a type that callers
outside of the file fill (``onboarding_check_job.rb``). In the later ones it missed conditions that callers pass on to a method such as
``GetTickets``, and those of tasks and interfaces; the false warnings were groups of a pattern, compiled patterns, extractors of Rust, and
rules of routes and schemas. No label was changed.

The twelfth round, ``holdout/twelfth``. First runs as committed:

| | found | false errors | false warnings |
|---|---|---|---|
| ordinary files of all languages, 60 snippets (``*_ordinary.toml``) | 59 of 60 | 0 | 2, in 1 of 60 |
| the same, 60 more snippets (``*_common.toml``) | 48 of 50 | 0 | 0 |
| Python, JavaScript, TypeScript and data files, 40 snippets, a third of odd kinds | 35 of 35 | 0 | 9, in 7 of 40 |
| PowerShell, C#, VB.NET, shell and Power Query, 40 snippets, a third of odd kinds | 33 of 37 | 0 | 4, in 3 of 40 |
| PHP, Ruby, Go, Java, Kotlin, Rust, Swift, Perl and Elixir, 40 snippets, a third of odd kinds | 38 of 41 | 1 | 7, in 5 of 40 |
| all languages, 48 snippets, a third of odd kinds, seen later (``*_mixed.toml``) | 41 of 44 | 0 | 9, in 8 of 48 |

Most of the false warnings were values that a check in another function, a list of choices or a rule of a library restricts. The false
error was a condition whose end a loop adds. A label was added: a value whose quotes `addslashes` escapes
(``connectwise_sync.php``), as in ``InvoiceExport.php`` of the seventh round.

The thirteenth round, ``holdout/thirteenth``. First runs as committed:

| | found | false errors | false warnings |
|---|---|---|---|
| Python, JavaScript, TypeScript and data files, 40 snippets, a third of odd kinds (``*_script.toml``) | 37 of 41 | 28, in 1 of 40 | 0 |
| all other languages, 44 snippets, a third of odd kinds (``*_other.toml``) | 29 of 30 | 0 | 2, in 2 of 44 |
| the same, 40 more snippets (``*_mixed.toml``) | 31 of 36 | 0 | 11, in 9 of 40 |
| kinds of the reproductions in other languages, 30 snippets, seen later (``*_kinds.toml``) | 20 of 20 | 12, in 1 of 30 | 4, in 4 of 30 |
| ordinary files of all languages, 60 snippets (``*_ordinary.toml``) | 33 of 34 | 0 | 0 |
| the same, 10 more snippets, seen later (``*_late.toml``) | 6 of 6 | 0 | 0 |

The false errors were URLs in the rows of a CSV file, which ended with the row, and in JSON inside of two strings of JSON. The false warnings were names that a ``switch`` restricts,
rules of options and requests, and terms of Ruby before ``if``; the linter missed fields without a value, relative URLs, and
functions of a shell that encode or call httpie. Two labels were added: a field that only filters (CW220 in ``CwReports.psm1``), and
a value whose quotes `addslashes` escapes (``MemberDirectory.php``), as in the twelfth round.

The fourteenth round, ``holdout/fourteenth``. First runs as committed:

| | found | false errors | false warnings |
|---|---|---|---|
| ordinary files of all languages, 60 snippets (``*_ordinary.toml``) | 58 of 60 | 5, in 1 of 60 | 1 |
| values that something else in the file makes safe, and look-alikes, 44 snippets (``*_values.toml``) | 54 of 57 | 1 | 15, in 14 of 44 |
| kinds of the reproductions in other languages, 53 snippets (``*_variants.toml``) | 42 of 45 | 7, in 3 of 53 | 8, in 8 of 53 |
| half of both, 44 snippets, seen later (``*_late.toml``) | 40 of 45 | 0 | 4, in 4 of 44 |
| the same, 44 more snippets, seen last (``*_end.toml``) | 46 of 48 | 0 | 2, in 2 of 44 |

The false errors were a request that a chain makes and branches fill, a default that a reference of Perl changes, names in lists of
JavaScript, and refused requests in logs and fixtures. The false warnings were most ways to ask for an allow list, values that are
empty or pass a test, rules of properties, and parameters with the name of another function's. The linter missed formats after a
culture and the text of a loop that is sent by another name. A label was taken back: the guide calls a value safe whose quotes the
program refuses (``main.go``); one was added, for `addslashes` (``hooks.php``).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cwql.lint.linter import ExtractedFile
from tests.lint.holdout import ROUNDS, Snippet, count, read_all
from tests.lint.writing import job_of

SNIPPETS = read_all()
LATER = [snippet for folder in ROUNDS for snippet in read_all(folder)]
REPORTS = read_all(Path(__file__).parent / "reproductions")

UNMET = frozenset(
    (
        # A condition with blanks, in a sentence.
        "notes.txt",
        # A condition that ends in `and`, and may be continued elsewhere.
        "reports.toml",
        # A fluent builder of the file itself, whose text is a part of the condition.
        "ConditionText.java",
        # A fixture with parameters.
        "test_conditions.py",
        # The same hashtable for two requests, in a block of ForEach-Object.
        "Set-UdfFromIntune.ps1",
        # Options that `zparseopts` reads.
        "chat-bot.zsh",
        # A variable that another command of the list sets.
        ".gitlab-ci.yml",
        # Conditions in structs without the names of their members.
        "collector/collector.go",
        # A number without quotes that a call makes, compared with a text.
        "lib/cw_cli.rb",
        # A handler whose route is given by a symbol, with the pattern that its texts match.
        "plugins/cw_lookup.rb",
        # An id that is a cell of a spreadsheet.
        "set_default_contacts.py",
        # An endpoint that only the method of an interface of Go names, and a task of Android.
        "api/router.go",
        "android/src/main/java/com/acme/scan/ScanPresenter.java",
        # Names that `-ForEach` of Pester takes from tables in another block.
        "tests/Cwm.Integration.Tests.ps1",
        # The id in a pattern of Elixir: that of a record here, in most programs that of a request.
        "lib/helpdesk/psa.ex",
        # `Map.fetch` in a `case`, whose patterns are not read.
        "lib/helpdesk/psa_queries.ex",
        # A member of a record for an enum: it may be one of the enum's words.
        "internal/connectwise/search.go",
        # Examples in the help of a function whose endpoint is in a table that it splats.
        "Public/Get-CWOpportunity.ps1",
        # `^` and `$` of Ruby accept any line of a text.
        "app/controllers/assets_controller.rb",
        # A check in a `try` whose handler goes on.
        "Services/CompanyLookup.cs",
        # The sort order of a URL that a builder makes of parameters.
        "Get-CwmInvoice.ps1",
        # A variable of the environment with a number as its default.
        "warranty-check.sh",
        # A class that checks its field in its constructor.
        "ManageRepository.kt",
    )
)
"""Snippets of the later rounds whose labels are not met yet."""


@pytest.mark.parametrize("snippet", REPORTS, ids=lambda snippet: f"{snippet.file}-{len(snippet.source)}")
def test_reported_file(snippet: Snippet) -> None:
    assert sorted(snippet.run()) == sorted(snippet.expected)


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda snippet: f"{snippet.group}-{snippet.file}")
def test_held_out_snippet(snippet: Snippet) -> None:
    assert sorted(snippet.run()) == sorted(snippet.expected)


@pytest.mark.parametrize("snippet", LATER, ids=lambda snippet: f"{snippet.group}-{snippet.file}")
def test_snippet_of_a_later_round(snippet: Snippet) -> None:
    assert (sorted(snippet.run()) == sorted(snippet.expected)) == (snippet.file not in UNMET)


def test_no_error_is_false() -> None:
    unmet = [snippet for snippet in LATER if snippet.file in UNMET]
    assert count(unmet)["false errors"] == 0


def test_the_span_of_a_condition_in_a_url_excludes_values_of_earlier_statements() -> None:
    text = """// connectwise
const number = "5";
const url = `https://na.myconnectwise.net/v4_6_release/apis/3.0/service/tickets?conditions=id=${number}`;
"""
    (found,) = ExtractedFile(text, job_of("x.js")).conditions()
    assert text[found.span.start : found.span.end] == "id="
