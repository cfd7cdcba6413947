"""Identification: which editions a deployment answers like, whatever its version header says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from auditmock.contract.editions import find_edition
from auditmock.contract.exchange import TOKEN_VARIABLE
from auditmock.contract.opening import open_target
from auditmock.contract.options import Options
from auditmock.contract.pace import Pace
from auditmock.contract.plain import plain
from auditmock.contract.preflight import VERSION, NotReadyError, check_ready, find_version
from auditmock.contract.questions import QUESTIONS, Question
from auditmock.contract.target import Target, UnreachableError
from auditmock.contract.tokens import Tokens
from auditmock.contract.values import check_url, read_token
from auditmock.editions import DOCUMENTED, list_editions, open_edition

MOST = 25
"""Requests an identification takes at most."""

_WIDTH = 16
_LONGEST = 60


class Answered(NamedTuple):
    """A question, what the deployment was seen to answer, and what each edition has."""

    question: Question
    seen: str
    has: Mapping[str, str]

    def fits(self, edition: str) -> bool:
        """Whether an edition answers so."""
        return self.has[edition] == self.seen


@dataclass(frozen=True)
class Identity:
    """What a deployment says it is, and what it answered."""

    url: str
    version: str
    answers: Sequence[Answered]
    requests: int
    source: str = "version header"
    """What tells the version."""

    @property
    def told(self) -> str:
        """The edition its version stands for; empty when it tells none, or stands for none."""
        return find_edition(self.version)

    @property
    def matched(self) -> Sequence[str]:
        """The editions that answer all questions alike."""
        return [edition for edition in list_editions() if not self.against(edition)]

    @property
    def nearest(self) -> str:
        """The edition that the fewest answers speak against."""
        return min(list_editions(), key=lambda edition: len(self.against(edition)))

    @property
    def is_honest(self) -> bool:
        """Whether it answers as some edition does, and as what it says it is."""
        return bool(self.matched) and self.told in {"", *self.matched}

    def against(self, edition: str) -> Sequence[Answered]:
        """List the answers that speak against an edition."""
        return [answered for answered in self.answers if not answered.fits(edition)]

    @property
    def verdict(self) -> str:
        """Say in a sentence what it is."""
        names = " and ".join(self.matched)
        if not names:
            speaking = len(self.against(self.nearest))
            number = "1 answer speaks" if speaking == 1 else f"{speaking} answers speak"
            told = f" Its {self.source} says {self.version}." if self.version else ""
            return f"It answers as no edition does; {number} against the nearest, {self.nearest}.{told}"
        if not self.version:
            return f"It answers as {names} does, and does not say which release it is."
        if not self.told:
            return f"It answers as {names} does; its {self.source} stands for no edition: {self.version}."
        if self.told in self.matched:
            return f"It answers as {names} does, as its {self.source} says: {self.version}."
        return (
            f"Its {self.source} lies: it says {self.version}, which stands for {self.told}, "
            f"and it answers as {names} does."
        )


def identify_at(options: Options, token: str) -> Identity:
    """Ask the deployment of the settings; raises SettingsError, or NotReadyError when it cannot be asked."""
    check_url(options.base_url)
    contract, pace = open_edition(DOCUMENTED), Pace(options.rate_limit, MOST)
    tokens = Tokens(read_token(token, TOKEN_VARIABLE))
    with open_target(options, options.base_url, tokens, contract, pace) as target:
        try:
            return identify(target)
        except UnreachableError as error:
            raise NotReadyError(f"{target.base_url} answers no more: {error}") from None


def identify(target: Target) -> Identity:
    """Ask a deployment; raises NotReadyError where it cannot be asked, UnreachableError when it is silent."""
    first = check_ready(target)
    version = find_version(target, first)
    has_logs = bool(first.json()["audit_logs"])
    contracts = {edition: open_edition(edition) for edition in list_editions()}
    answers = []
    for question in QUESTIONS:
        if has_logs or not question.needs_logs:
            seen = question.sees(target.send(question.request(target.contract)))
            has = {edition: question.has(contract) for edition, contract in contracts.items()}
            answers.append(Answered(question, seen, has))
    source = "version header" if VERSION in first.headers else "build info"
    return Identity(target.base_url, version, answers, target.pace.spent, source)


def tell_identity(identity: Identity) -> Iterator[str]:
    """Say what a deployment is: a table of the answers, what speaks against each edition, and the verdict."""
    editions = list_editions()
    yield f"{identity.url} says it is {identity.version or 'nothing'}"
    yield ""
    width = max(len(answered.question.about) for answered in identity.answers) + 2
    yield "".join([" " * width, *(edition.ljust(_WIDTH) for edition in editions)]).rstrip()
    for answered in identity.answers:
        marks = ("yes" if answered.fits(edition) else "-" for edition in editions)
        yield answered.question.about.ljust(width) + "".join(mark.ljust(_WIDTH) for mark in marks).rstrip()
    for edition in editions:
        against = identity.against(edition)
        if against:
            yield f"\nAgainst {edition} speak:"
        for answered in against:
            seen, has = (_clip(text) for text in (answered.seen, answered.has[edition]))
            question = answered.question
            place = f" (openapi.yaml {question.place})" if _has(edition, question.place) else ""
            yield f"  {question.about}: {seen}; {edition}: {has}{place}"
    yield f"\n{identity.verdict} ({identity.requests} requests)"


def write_identity(identity: Identity) -> Mapping[str, object]:
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
                "editions": dict(answered.has),
            }
            for answered in identity.answers
        ],
    }


def _has(edition: str, place: str) -> bool:
    """Tell whether there is such a place in the contract of an edition."""
    node = open_edition(edition).document
    for step in place.removeprefix("#/").split("/"):
        name = step.replace("~1", "/")
        if name not in node:
            return False
        node = node[name]
    return True


def _clip(text: str) -> str:
    text = plain(text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
