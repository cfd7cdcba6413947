"""One run of the suite: its settings, its target, and what was found so far."""

import time
from collections.abc import Sequence
from dataclasses import replace

import pytest

from auditmock.clock import present_instant
from auditmock.contract.baseline import compare, read_known
from auditmock.contract.editions import AUTO, open_as_of
from auditmock.contract.exchange import Exchange
from auditmock.contract.findings import Finding, Findings, Outcome
from auditmock.contract.laws import ANSWERS, Law
from auditmock.contract.options import Options, flags_again
from auditmock.contract.pace import Pace
from auditmock.contract.recorder import SILENCE, Recorder
from auditmock.contract.target import Target
from auditmock.contract.tokens import SECOND_VARIABLE, Tokens
from auditmock.instants import format_instant
from auditmock.openapi import load_contract


class Run:
    """One run of the suite: settings, target, and what was found so far."""

    def __init__(self, options: Options, tokens: Tokens) -> None:
        self.options = options
        self.tokens = tokens
        self.known = read_known(options)
        self.recorder = Recorder()
        self.pace = Pace(options.rate_limit if options.base_url else 0, options.budget)
        self.contract = load_contract()
        self.target: Target | None = None
        self.judges_answers = True
        self.unwritten: list[str] = []
        self.started = time.monotonic()
        self.status = 0
        """The exit status, where it is another than pytest's."""
        self.findings = Findings(
            base_url=options.base_url,
            edition=options.edition,
            server_version="",
            seed=options.seed,
            deep=options.deep,
            allow_writes=options.allow_writes,
            started=format_instant(present_instant()),
            flags=_flags(options, tokens),
            is_of_own_mock=not options.base_url,
        )

    def choose(self, edition: str) -> None:
        """Judge by an edition; by one that was found, as of the release that the deployment says it is."""
        version = self.findings.server_version if self.options.edition == AUTO else ""
        self.contract = open_as_of(edition, version)
        self.findings.edition = edition

    def note(self, finding: Finding) -> Finding:
        """Add a finding, with all exchanges that were made for it."""
        exchanges = self.target.exchanges if self.target else []
        if finding.outcome is not Outcome.FAILED:
            exchanges = [exchange.brief() for exchange in exchanges]
        elif not finding.shown and self.target and not finding.seen.startswith(SILENCE):
            finding = replace(finding, shown=_showing(finding, self.target))
        finding = compare(replace(finding, exchanges=tuple(exchanges)), self.known.failures)
        self.findings.found.append(finding)
        return finding

    def has_seen_enough(self, law: Law) -> bool:
        """Tell whether a run that stops at the first broken law need not judge this one.

        An answer broke one already, of the laws of answers, which are judged last.
        """
        stops = self.options.fail_fast and self.judges_answers and law.aspect != ANSWERS
        return stops and self.target is not None and bool(self.target.watch.sightings)

    def has_told(self, law: Law) -> bool:
        """Tell whether something is told of a law already, as of each part that pytest tells apart."""
        return any(finding.law == law for finding in self.findings.found)

    def end(self, reason: str, status: int) -> None:
        """End the run early; the first reason counts."""
        if not self.findings.ended:
            self.findings.ended, self.status = reason, status

    def close(self) -> Findings:
        """End the run."""
        self.findings.seconds = time.monotonic() - self.started
        self.findings.requests = self.pace.spent
        return self.findings


RUN = pytest.StashKey[Run]()
"""The run, for those who want to know what was found."""


def _showing(finding: Finding, target: Target) -> Sequence[Exchange]:
    """Find what shows a failure of which a law names no request: pages with its logs, or its last answer.

    Laws of many logs, read before, have neither: the largest page shows them as well as one can.
    """
    named = target.watch.pages_of(f"{finding.seen} {finding.expected}")
    return named or target.exchanges[-1:] or target.watch.largest_page


def _flags(options: Options, tokens: Tokens) -> str:
    second = f' --second-token "${SECOND_VARIABLE}"' if tokens.second and options.base_url else ""
    return flags_again(options) + second
