"""Identification: which releases a deployment answers like, whatever its version header says."""

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
"""Requests an identification takes at most."""

_WIDTH = 16
_LONGEST = 60


class Answered(NamedTuple):
    """A question, what the deployment was seen to answer, and what each release has."""

    question: Probe
    seen: str
    has: Mapping[str, str]

    def fits(self, release: str) -> bool:
        """Whether a release answers so."""
        return self.has[release] == self.seen


@dataclass(frozen=True)
class Identification:
    """What a deployment says it is, and what it answered."""

    url: str
    version: str
    answers: Sequence[Answered]
    requests: int
    source: str = "version header"
    """What tells the version."""

    @property
    def told(self) -> str:
        """The release its version stands for; empty when it tells none, or stands for none."""
        return find_release(self.version)

    @property
    def matched(self) -> Sequence[str]:
        """The releases that answer all questions alike."""
        return [release for release in list_releases() if not self.against(release)]

    @property
    def nearest(self) -> str:
        """The release that the fewest answers speak against."""
        return min(list_releases(), key=lambda release: len(self.against(release)))

    @property
    def is_honest(self) -> bool:
        """Whether it answers as some release does, and as what it says it is."""
        return bool(self.matched) and self.told in {"", *self.matched}

    def against(self, release: str) -> Sequence[Answered]:
        """List the answers that speak against a release."""
        return [answered for answered in self.answers if not answered.fits(release)]

    @property
    def verdict(self) -> str:
        """Say in a sentence what it is."""
        names = " and ".join(self.matched)
        if not names:
            speaking = len(self.against(self.nearest))
            number = "1 answer speaks" if speaking == 1 else f"{speaking} answers speak"
            told = f" Its {self.source} says {self.version}." if self.version else ""
            return f"It answers as no release does; {number} against the nearest, {self.nearest}.{told}"
        if not self.version:
            return f"It answers as {names} does, and does not say which release it is."
        if not self.told:
            return f"It answers as {names} does; its {self.source} stands for no release: {self.version}."
        if self.told in self.matched:
            return f"It answers as {names} does, as its {self.source} says: {self.version}."
        return (
            f"Its {self.source} lies: it says {self.version}, which stands for {self.told}, "
            f"and it answers as {names} does."
        )


def identify_at(options: Options, token: str) -> Identification:
    """Ask the deployment of the settings; raises SettingsError, or NotReadyError when it cannot be asked."""
    check_url(options.base_url)
    contract, pace = open_release(DOCUMENTED), RateLimiter(options.rate_limit, MOST)
    tokens = Tokens(read_token(token, TOKEN_VARIABLE))
    with connect(options, options.base_url, tokens, contract, pace) as target:
        try:
            return identify(target)
        except UnreachableError as error:
            raise NotReadyError(f"{target.base_url} answers no more: {error}") from None


def identify(target: Client) -> Identification:
    """Ask a deployment; raises NotReadyError where it cannot be asked, UnreachableError when it is silent."""
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
    """Say what a deployment is: a table of the answers, what speaks against each release, and the verdict."""
    releases = list_releases()
    yield f"{identity.url} says it is {identity.version or 'nothing'}"
    yield ""
    width = max(len(answered.question.about) for answered in identity.answers) + 2
    yield "".join([" " * width, *(release.ljust(_WIDTH) for release in releases)]).rstrip()
    for answered in identity.answers:
        marks = ("yes" if answered.fits(release) else "-" for release in releases)
        yield answered.question.about.ljust(width) + "".join(mark.ljust(_WIDTH) for mark in marks).rstrip()
    for release in releases:
        against = identity.against(release)
        if against:
            yield f"\nAgainst {release} speak:"
        for answered in against:
            seen, has = (_clip(text) for text in (answered.seen, answered.has[release]))
            question = answered.question
            place = f" (openapi.yaml {question.place})" if _has(release, question.place) else ""
            yield f"  {question.about}: {seen}; {release}: {has}{place}"
    yield f"\n{identity.verdict} ({identity.requests} requests)"


def write_identity(identity: Identification) -> Mapping[str, object]:
    """Give the same for programs."""
    return {
        "url": identity.url,
        "version": identity.version,
        "says": identity.told,
        "matches": identity.matched,
        "nearest": identity.nearest,
        "honest": identity.is_honest,
        "verdict": identity.verdict,
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
    """Tell whether there is such a place in the contract of a release."""
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
