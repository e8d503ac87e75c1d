"""Write the weekly report to Excel: tickets and hours of each company, with a chart.

With the sandbox: start ``cwql sandbox`` in one terminal, paste the ``export`` lines that it prints into another, then run

    pip install "cwql[tables]" polars
    python examples/weekly_report.py week.xlsx --monday 2026-01-19

With your own server: set the same variables to your keys. `--with polars` computes the same report with lazy frames in place of SQL.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import xlsxwriter

from cwql import CwqlError
from cwql.manage import Client
from cwql.tables import connect

HEADER = ("company", "opened", "closed", "hours")

SQL = """
WITH tickets AS (
    SELECT company.id AS company,
        count(*) FILTER (WHERE _info.dateEntered >= {first}) AS opened,
        count(*) FILTER (WHERE closedDate >= {first} AND closedDate < {last}) AS closed
    FROM manage.service.tickets
    WHERE (_info.dateEntered >= {first} OR closedDate >= {first}) AND _info.dateEntered < {last}
    GROUP BY 1
),
hours AS (
    SELECT company.id AS company, sum(actualHours) AS hours
    FROM manage.time.entries
    WHERE timeStart >= {first} AND timeStart < {last}
    GROUP BY 1
)
SELECT c.name AS company, coalesce(opened, 0) AS opened, coalesce(closed, 0) AS closed, coalesce(hours, 0) AS hours
FROM manage.company.companies c LEFT JOIN tickets t ON t.company = c.id LEFT JOIN hours h ON h.company = c.id
WHERE coalesce(opened, 0) + coalesce(closed, 0) + coalesce(hours, 0) > 0
ORDER BY hours DESC, 1
"""


def with_sql(psa: Client, first: datetime, last: datetime) -> list[tuple[Any, ...]]:
    """Return the rows of the report, by SQL."""
    bounds = {
        name: f"TIMESTAMPTZ '{moment:%Y-%m-%d %H:%M:%S}+00'" for name, moment in (("first", first), ("last", last))
    }
    with connect(manage=psa) as database:
        return [tuple(row.values()) for row in database.sql(SQL.format(**bounds)).rows()]


def with_polars(psa: Client, first: datetime, last: datetime) -> list[tuple[Any, ...]]:
    """Return the rows of the report, by lazy frames of polars."""
    import polars as pl

    entered, closed = pl.col("_info").struct.field("dateEntered"), pl.col("closedDate")
    company = pl.col("company").struct.field("id").alias("key")
    week = ((entered >= first) | (closed >= first)) & (entered < last)
    tickets = psa.service.tickets.to_scan().to_polars().filter(week).group_by(company)
    opened = tickets.agg(opened=(entered >= first).sum(), closed=closed.is_between(first, last, closed="left").sum())
    entries = psa.time.entries.to_scan().to_polars()
    started = pl.col("timeStart").is_between(first, last, closed="left")
    hours = entries.filter(started).group_by(company).agg(hours=pl.col("actualHours").sum())
    companies = psa.company.companies.to_scan().to_polars().select(key="id", company="name")
    joined = companies.join(opened, on="key", how="left").join(hours, on="key", how="left").fill_null(0)
    report = joined.filter(pl.sum_horizontal("opened", "closed", "hours") > 0).select(HEADER)
    return report.sort("hours", "company", descending=[True, False]).collect().rows()


def write(file: str, rows: list[tuple[Any, ...]], title: str) -> None:
    """Write the rows and a chart of them."""
    with xlsxwriter.Workbook(file) as workbook:
        sheet = workbook.add_worksheet("Week")
        sheet.write_row(0, 0, HEADER, workbook.add_format({"bold": True}))
        for place, (company, *numbers) in enumerate(rows, 1):
            # As text, even if a name begins like a formula.
            sheet.write_string(place, 0, company)
            sheet.write_row(place, 1, numbers)
        sheet.autofit()
        chart = workbook.add_chart({"type": "column"})
        assert chart is not None, "a column chart is always made"
        for column in (1, 2):
            chart.add_series(
                {
                    "name": ["Week", 0, column],
                    "categories": ["Week", 1, 0, len(rows), 0],
                    "values": ["Week", 1, column, len(rows), column],
                }
            )
        chart.set_title({"name": title})
        sheet.insert_chart("F2", chart)


def main(argv: Sequence[str] | None = None) -> int:
    """Write the report of a week, and print what it contains."""
    parser = argparse.ArgumentParser(description="Write the weekly report to Excel.")
    parser.add_argument("file", metavar="FILE", help="the workbook, such as week.xlsx")
    parser.add_argument("--monday", type=date.fromisoformat, help="the first day (default: of the last whole week)")
    parser.add_argument("--with", dest="way", choices=["sql", "polars"], default="sql")
    arguments = parser.parse_args(argv)
    today = datetime.now(UTC).date()
    monday = arguments.monday or today - timedelta(days=today.weekday() + 7)
    first = datetime.combine(monday, time(), UTC)
    with Client.from_env() as psa:
        rows = {"sql": with_sql, "polars": with_polars}[arguments.way](psa, first, first + timedelta(days=7))
    write(arguments.file, rows, f"Week of {monday}")
    for company, opened, closed, hours in rows:
        print(f"{company}: {opened} opened, {closed} closed, {hours:g} hours")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CwqlError as error:
        sys.exit(str(error))
