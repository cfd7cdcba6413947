"""Which reports there are, and writing them into a folder."""

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
    """One kind of report."""

    file: str
    write: Callable[[Results, Contract], str]


FORMATS: Mapping[str, Format] = {
    "html": Format("report.html", write_page),
    "junit": Format("junit.xml", lambda findings, _: write_junit(findings)),
    "json": Format("report.json", lambda findings, _: write_json(findings)),
    "har": Format("report.har", lambda findings, _: write_har(findings)),
}


def write_reports(findings: Results, contract: Contract, names: Iterable[str], folder: Path) -> Sequence[str]:
    """Write reports of these kinds into a folder; what cannot be written is told, in a line each."""
    files = ((folder / FORMATS[name].file, FORMATS[name].write) for name in names)
    return [told for path, write in files if (told := write_file(path, write(findings, contract)))]


def write_file(path: Path, text: str) -> str:
    """Write a file; tell, in a line, why that cannot be done."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        return f"cannot write {one_line(str(path))}: {reason_of(error)}"
    return ""
