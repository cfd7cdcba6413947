"""The report formats, and writing reports to a folder."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from auditmock.checker.core.option_types import reason_of
from auditmock.checker.core.redaction import one_line
from auditmock.checker.core.results import Results
from auditmock.checker.reports.har import write_har
from auditmock.checker.reports.html_report import write_page
from auditmock.checker.reports.json_report import write_json
from auditmock.checker.reports.junit import write_junit
from auditmock.openapi.contract import Contract


class Format(NamedTuple):
    file: str
    write: Callable[[Results, Contract], str]


FORMATS: Mapping[str, Format] = {
    "html": Format("report.html", write_page),
    "junit": Format("junit.xml", lambda results, _: write_junit(results)),
    "json": Format("report.json", lambda results, _: write_json(results)),
    "har": Format("report.har", lambda results, _: write_har(results)),
}


def write_reports(results: Results, contract: Contract, names: Iterable[str], folder: Path) -> Sequence[str]:
    """Write reports to a folder; return a message for each that cannot be written."""
    files = ((folder / FORMATS[name].file, FORMATS[name].write) for name in names)
    return [failure for path, write in files if (failure := write_file(path, write(results, contract)))]


def write_file(path: Path, text: str) -> str:
    """Write a file; return why that failed, in one line, or nothing."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        return f"cannot write {one_line(str(path))}: {reason_of(error)}"
    return ""
