"""Checks of the options before a run: the URL, and files that can be read and written."""

import os
from pathlib import Path

from auditmock.checker.baseline import read_known
from auditmock.checker.core.option_types import SettingsError, check_url, reason_of
from auditmock.checker.core.options import Options
from auditmock.checker.core.redaction import one_line
from auditmock.checker.reports.formats import FORMATS


def check_options(options: Options) -> None:
    """Raise SettingsError for options that would fail only at the end of a run."""
    if options.base_url:
        check_url(options.base_url)
    if options.report:
        _make_folder(Path(options.report_dir))
    for name in options.report:
        _check_file(Path(options.report_dir) / FORMATS[name].file)
    if options.baseline_update:
        if not options.baseline:
            raise SettingsError("--baseline-update needs --baseline, the file to update")
        _check_file(Path(options.baseline))
    read_known(options)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"cannot write reports to {one_line(str(folder))}: {reason_of(error)}") from None


def _check_file(path: Path) -> None:
    """Raise SettingsError if a file cannot be written; leaves no trace."""
    if path.is_dir():
        reason = "it is a folder"
    elif not path.parent.is_dir():
        reason = "the folder does not exist"
    elif not os.access(path if path.exists() else path.parent, os.W_OK):
        reason = "permission denied"
    else:
        return
    raise SettingsError(f"cannot write {one_line(str(path))}: {reason}")
