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


class Answered(NamedTuple):
    """A probe, what the deployment responded, and what each release responds."""

    question: Probe
    seen: str
    has: Mapping[str, str]

    def fits(self, release: str) -> bool:
        """Whether a release responds like this."""
        return self.has[release] == self.seen


@dataclass(frozen=True)
class Identification:
    """The version that a deployment reports, and its responses to the probes."""

    url: str
    version: str
    answers: Sequence[Answered]
    requests: int
    source: str = "version header"
    """Where the version comes from."""

    @property
    def told(self) -> str:
        """The release of its version; empty without a known one."""
        return find_release(self.version)

    @property
    def matched(self) -> Sequence[str]:
        """The releases that respond to all probes like this."""
        return [release for release in list_releases() if not self.against(release)]

    @property
    def nearest(self) -> str:
        """The release with the fewest differences."""
        return min(list_releases(), key=lambda release: len(self.against(release)))

    @property
    def is_honest(self) -> bool:
        """Whether it matches a release, and the one it reports, if any."""
        return bool(self.matched) and self.told in {"", *self.matched}

    def against(self, release: str) -> Sequence[Answered]:
        """List the responses that differ from a release."""
        return [answered for answered in self.answers if not answered.fits(release)]

    @property
    def verdict(self) -> str:
        """Summarize the identification in a sentence."""
        names = " and ".join(self.matched)
        if not names:
            speaking = len(self.against(self.nearest))
            number = "1 response differs" if speaking == 1 else f"{speaking} responses differ"
            told = f" Its {self.source} says {self.version}." if self.version else ""
            return f"It matches no release; {number} from the nearest, {self.nearest}.{told}"
        if not self.version:
            return f"It matches {names} and reports no version."
        if not self.told:
            return f"It matches {names}; its {self.source} names no known release: {self.version}."
        if self.told in self.matched:
            return f"It matches {names}, as its {self.source} says: {self.version}."
        return f"It matches {names}, but its {self.source} says {self.version}, which stands for {self.told}."


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
    answers = []
    for question in PROBES:
        if has_logs or not question.needs_logs:
            seen = question.sees(target.send(question.request(target.contract)))
            has = {release: question.has(contract) for release, contract in contracts.items()}
            answers.append(Answered(question, seen, has))
    source = "version header" if VERSION in first.headers else "build info"
    return Identification(target.base_url, version, answers, target.pace.spent, source)


def describe_identity(identity: Identification) -> Iterator[str]:
    """Describe an identification: a table of the probes, the differences from each release, the result."""
    releases = list_releases()
    yield f"{identity.url}, version {identity.version or 'unknown'}"
    yield ""
    width = max(len(answered.question.about) for answered in identity.answers) + 2
    yield "".join([" " * width, *(release.ljust(_WIDTH) for release in releases)]).rstrip()
    for answered in identity.answers:
        marks = ("yes" if answered.fits(release) else "-" for release in releases)
        yield answered.question.about.ljust(width) + "".join(mark.ljust(_WIDTH) for mark in marks).rstrip()
    for release in releases:
        against = identity.against(release)
        if against:
            yield f"\nDifferences from {release}:"
        for answered in against:
            seen, has = (_clip(text) for text in (answered.seen, answered.has[release]))
            question = answered.question
            place = f" (openapi.yaml {question.place})" if _has(release, question.place) else ""
            yield f"  {question.about}: got {seen}, expected {has}{place}"
    yield f"\n{identity.verdict} ({identity.requests} requests)"


def write_identity(identity: Identification) -> Mapping[str, object]:
    """Return an identification as JSON-ready data."""
    return {
        "url": identity.url,
        "version": identity.version,
        "claims": identity.told,
        "matches": identity.matched,
        "nearest": identity.nearest,
        "consistent": identity.is_honest,
        "result": identity.verdict,
        "requests": identity.requests,
        "answers": [
            {
                "about": answered.question.about,
                "contract": answered.question.place,
                "seen": answered.seen,
                "releases": dict(answered.has),
            }
            for answered in identity.answers
        ],
    }


def _has(release: str, place: str) -> bool:
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
