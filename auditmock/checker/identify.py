"""Identification: which releases a deployment responds like, whatever version it reports."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from auditmock.checker.client.client import Client, UnreachableError
from auditmock.checker.client.connect import connect
from auditmock.checker.core.exchange import TOKEN_VARIABLE
from auditmock.checker.core.option_types import check_url, read_token
from auditmock.checker.core.options import Options
from auditmock.checker.core.rate import RateLimiter
from auditmock.checker.core.redaction import one_line
from auditmock.checker.core.releases import find_release
from auditmock.checker.core.tokens import Tokens
from auditmock.checker.identify_probes import PROBES, Probe
from auditmock.checker.preflight import VERSION, NotReadyError, check_ready, find_version
from auditmock.openapi.releases import DOCUMENTED, list_releases, open_release

MOST = 25
"""Maximum number of requests."""

_WIDTH = 16
_LONGEST = 60


class ProbeResult(NamedTuple):
    """A probe, what the deployment responded, and what each release responds."""

    probe: Probe
    seen: str
    has: Mapping[str, str]

    def matches(self, release: str) -> bool:
        return self.has[release] == self.seen


@dataclass(frozen=True)
class Identification:
    """The version that a deployment reports, and its responses to the probes."""

    url: str
    version: str
    results: Sequence[ProbeResult]
    requests: int
    source: str = "version header"
    """Where the version comes from."""

    @property
    def claimed(self) -> str:
        """The release of its version; empty without a known one."""
        return find_release(self.version)

    @property
    def matched(self) -> Sequence[str]:
        """The releases that respond to all probes like this."""
        return [release for release in list_releases() if not self.differences(release)]

    @property
    def nearest(self) -> str:
        return min(list_releases(), key=lambda release: len(self.differences(release)))

    @property
    def is_consistent(self) -> bool:
        """Whether it matches a release, and the one it reports, if any."""
        return bool(self.matched) and self.claimed in {"", *self.matched}

    def differences(self, release: str) -> Sequence[ProbeResult]:
        return [result for result in self.results if not result.matches(release)]

    @property
    def summary(self) -> str:
        names = " and ".join(self.matched)
        if not names:
            number = len(self.differences(self.nearest))
            differing = "1 response differs" if number == 1 else f"{number} responses differ"
            reported = f" Its {self.source} says {self.version}." if self.version else ""
            return f"It matches no release; {differing} from the nearest, {self.nearest}.{reported}"
        if not self.version:
            return f"It matches {names} and reports no version."
        if not self.claimed:
            return f"It matches {names}; its {self.source} names no known release: {self.version}."
        if self.claimed in self.matched:
            return f"It matches {names}, as its {self.source} says: {self.version}."
        return (
            f"It matches {names}, but its {self.source} says {self.version}, which stands for {self.claimed}."
        )


def identify_at(options: Options, token: str) -> Identification:
    """Identify the deployment of the options; raises SettingsError or NotReadyError."""
    check_url(options.base_url)
    contract, pace = open_release(DOCUMENTED), RateLimiter(options.rate_limit, MOST)
    tokens = Tokens(read_token(token, TOKEN_VARIABLE))
    with connect(options, options.base_url, tokens, contract, pace) as target:
        try:
            return identify(target)
        except UnreachableError as error:
            raise NotReadyError(f"{target.base_url} stopped responding: {error}") from None


def identify(target: Client) -> Identification:
    """Identify a deployment; raises NotReadyError or UnreachableError."""
    first = check_ready(target)
    version = find_version(target, first)
    has_logs = bool(first.json()["audit_logs"])
    contracts = {release: open_release(release) for release in list_releases()}
    results = []
    for probe in PROBES:
        if has_logs or not probe.needs_logs:
            seen = probe.sees(target.send(probe.request(target.contract)))
            has = {release: probe.has(contract) for release, contract in contracts.items()}
            results.append(ProbeResult(probe, seen, has))
    source = "version header" if VERSION in first.headers else "build info"
    return Identification(target.base_url, version, results, target.pace.spent, source)


def describe_identity(identity: Identification) -> Iterator[str]:
    """Describe an identification: a table of the probes, the differences from each release, the result."""
    releases = list_releases()
    yield f"{identity.url}, version {identity.version or 'unknown'}"
    yield ""
    width = max(len(result.probe.about) for result in identity.results) + 2
    yield "".join([" " * width, *(release.ljust(_WIDTH) for release in releases)]).rstrip()
    for result in identity.results:
        marks = ("yes" if result.matches(release) else "-" for release in releases)
        yield result.probe.about.ljust(width) + "".join(mark.ljust(_WIDTH) for mark in marks).rstrip()
    for release in releases:
        differences = identity.differences(release)
        if differences:
            yield f"\nDifferences from {release}:"
        for result in differences:
            seen, has = (_clip(text) for text in (result.seen, result.has[release]))
            probe = result.probe
            place = f" (openapi.yaml {probe.place})" if _has_pointer(release, probe.place) else ""
            yield f"  {probe.about}: got {seen}, expected {has}{place}"
    yield f"\n{identity.summary} ({identity.requests} requests)"


def write_identity(identity: Identification) -> Mapping[str, object]:
    return {
        "url": identity.url,
        "version": identity.version,
        "claims": identity.claimed,
        "matches": identity.matched,
        "nearest": identity.nearest,
        "consistent": identity.is_consistent,
        "result": identity.summary,
        "requests": identity.requests,
        "probes": [
            {
                "about": result.probe.about,
                "contract": result.probe.place,
                "seen": result.seen,
                "releases": dict(result.has),
            }
            for result in identity.results
        ],
    }


def _has_pointer(release: str, place: str) -> bool:
    """Whether the contract of a release has this JSON pointer."""
    node = open_release(release).document
    for step in place.removeprefix("#/").split("/"):
        name = step.replace("~1", "/")
        if name not in node:
            return False
        node = node[name]
    return True


def _clip(text: str) -> str:
    text = one_line(text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
