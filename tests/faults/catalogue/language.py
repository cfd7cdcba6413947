"""Faults of the search language: how `q` is read."""

from collections.abc import Callable

from answering import envelope, instead, page_answer
from fault import Reply, Request, Wrap, about
from listing import KEYS, Find, arrange
from rewriting import Log, at_fault, forgive, is_page, only_when, rewrite_query, rewrite_term, rewrite_terms
from terms import NOBODY, Term, read_terms, term

fault = about("language")
_TEXTS = ("resource_target", "username", "email")
_ENUMS = tuple(name for name, key in KEYS.items() if key.type == "enum")


def _when(holds: Callable[[str, list[Term]], bool]) -> Callable[[Request, Reply], bool]:
    def is_meant(request: Request, reply: Reply) -> bool:
        q = request.first("q")
        return is_page(request, reply) and holds(q, read_terms(q))

    return is_meant


def _refuse(holds: Callable[[str, list[Term]], bool], field: str = "q") -> Wrap:
    return instead(_when(holds), envelope(400, "Invalid audit search query.", field))


def _find_nothing(holds: Callable[[str, list[Term]], bool]) -> Wrap:
    return instead(_when(holds), page_answer([], 0))


def _has_twice(terms: list[Term]) -> bool:
    keys = [each.key for each in terms if each.key in KEYS]
    return len(set(keys)) < len(keys)


def _is_unknown_value(each: Term) -> bool:
    return each.key in _ENUMS and each.value.lower() not in KEYS[each.key].values


def _is_unknown_key(each: Term) -> bool:
    return each.key != "" and each.key not in KEYS


def _is_unknown_bare(each: Term) -> bool:
    return each.key == "" and each.value.lower() not in KEYS["resource_type"].values


def _keep_first_of_each(terms: list[Term]) -> list[Term]:
    return [each for place, each in enumerate(terms) if each.key not in {one.key for one in terms[:place]}]


async def _find_each(find: Find, request: Request) -> list[Log] | None:
    terms = read_terms(request.first("q"))
    actions = {each.value.lower() for each in terms if each.key == "action"}
    if len(actions) < 2 or not actions <= set(KEYS["action"].values):
        return None
    rest = await find(" ".join(each.text for each in terms if each.key != "action"))
    return [log for log in rest if log["action"] in actions]


async def _find_bare_targets(find: Find, request: Request) -> list[Log] | None:
    terms = read_terms(request.first("q"))
    bare = [each.value.lower() for each in terms if not each.key]
    if not bare:
        return None
    rest = await find(" ".join(each.text for each in terms if each.key))
    return [log for log in rest if all(word in log["resource_target"].lower() for word in bare)]


def _is_bad_element(request: Request, reply: Reply) -> bool:
    return request.is_list and set(at_fault(reply)) == {"q"} and bool(request.first("q"))


def _mend_elements(change: Callable[[Term], Term | None], when: Callable[[str], bool] = bool) -> Wrap:
    return forgive(
        lambda request, reply: _is_bad_element(request, reply) and when(request.first("q")),
        rewrite_term(change),
    )


FAULTS = (
    fault(
        "quotes-are-part-of-the-value",
        "A name in quotes is looked for with its quotes.",
        rewrite_term(lambda each: term(each.key, NOBODY) if each.is_quoted else each, *_TEXTS),
    ),
    fault(
        "quoted-enum-values-ignored",
        "A type, action or build reason in quotes filters nothing.",
        rewrite_term(lambda each: None if each.is_quoted else each, *_ENUMS),
    ),
    fault(
        "quotes-protect-no-spaces",
        "A value in quotes ends at its first space.",
        rewrite_term(
            lambda each: term(each.key, each.value.split(" ")[0] or each.value) if each.is_quoted else each,
            *_TEXTS,
        ),
    ),
    fault(
        "quotes-protect-no-colons",
        "A colon in quotes is refused.",
        _refuse(lambda _, terms: any(":" in each.value for each in terms)),
    ),
    fault("quotes-refused", "A search with quotes is refused.", _refuse(lambda q, _: '"' in q)),
    fault(
        "open-quote-refused",
        "A quote that is left open is refused.",
        _refuse(lambda q, _: q.count('"') % 2 == 1),
    ),
    fault(
        "quoted-keys-unknown",
        "A key in quotes is not known and filters nothing.",
        rewrite_term(lambda each: None if each.text.startswith('"') and each.key else each),
    ),
    fault("two-spaces-refused", "Two spaces between elements are refused.", _refuse(lambda q, _: "  " in q)),
    fault(
        "leading-space-hides-the-search",
        "A search that begins with a space filters nothing.",
        rewrite_query("q", lambda q: "" if q.startswith(" ") else q),
    ),
    fault(
        "trailing-space-refused",
        "A search that ends with a space is refused.",
        _refuse(lambda q, _: q.endswith(" ")),
    ),
    fault(
        "only-a-space-refused",
        "A search of nothing but spaces is refused.",
        _refuse(lambda q, terms: bool(q) and not terms),
    ),
    fault(
        "empty-search-finds-nothing",
        "An empty search finds nothing.",
        _find_nothing(lambda _, terms: not terms),
    ),
    fault(
        "keys-case-sensitive",
        "A key with capital letters filters nothing.",
        rewrite_term(lambda each: each if each.text.lstrip('"').startswith(each.key) else None),
    ),
    fault(
        "enum-values-case-sensitive",
        "A type, action or build reason with capital letters filters nothing.",
        rewrite_term(lambda each: each if each.value == each.value.lower() else None, *_ENUMS),
    ),
    fault(
        "bare-term-ignored",
        "A bare term filters nothing.",
        rewrite_term(lambda each: each if each.key else None),
    ),
    fault(
        "bare-term-is-an-action",
        "A bare term is taken for an action.",
        rewrite_term(lambda each: each if each.key else term("action", each.value)),
    ),
    fault(
        "bare-term-is-part-of-a-target",
        "A bare term finds every target that contains it.",
        arrange(_find_bare_targets),
    ),
    fault(
        "bare-term-case-sensitive",
        "A bare term with capital letters filters nothing.",
        rewrite_term(lambda each: None if not each.key and each.value != each.value.lower() else each),
    ),
    fault(
        "bare-term-counts-when-first",
        "A bare term filters nothing unless it is the first element.",
        rewrite_terms(lambda terms: [*terms[:1], *(each for each in terms[1:] if each.key)]),
    ),
    fault(
        "unknown-bare-term-finds-nothing",
        "A bare term that is no resource type finds nothing.",
        _find_nothing(lambda _, terms: any(map(_is_unknown_bare, terms))),
    ),
    fault(
        "unknown-bare-term-refused",
        "A bare term that is no resource type is refused.",
        _refuse(lambda _, terms: any(map(_is_unknown_bare, terms))),
    ),
    fault(
        "unknown-key-refused",
        "A key that is not known is refused.",
        _refuse(lambda _, terms: any(map(_is_unknown_key, terms))),
    ),
    fault(
        "unknown-key-finds-nothing",
        "A key that is not known finds nothing.",
        _find_nothing(lambda _, terms: any(map(_is_unknown_key, terms))),
    ),
    fault(
        "unknown-key-ends-the-search",
        "Elements behind a key that is not known filter nothing.",
        rewrite_terms(
            lambda terms: [
                each for place, each in enumerate(terms) if not any(map(_is_unknown_key, terms[:place]))
            ]
        ),
    ),
    fault(
        "unknown-value-finds-nothing",
        "An enum value that is not known finds nothing.",
        _find_nothing(lambda _, terms: any(map(_is_unknown_value, terms))),
    ),
    fault(
        "unknown-value-refused",
        "An action that is not known is refused.",
        _refuse(
            lambda _, terms: any(_is_unknown_value(each) for each in terms if each.key == "action"), "action"
        ),
    ),
    fault(
        "first-of-duplicates",
        "Of a key given twice the first one counts.",
        rewrite_terms(_keep_first_of_each),
    ),
    fault(
        "all-of-duplicates",
        "Of a key given twice with different values nothing is found.",
        _find_nothing(
            lambda _, terms: any(
                len({each.value.lower() for each in terms if each.key == key}) > 1
                for key in ("username", "action", "resource_type")
            )
        ),
    ),
    fault("any-of-duplicates", "Two actions find the logs of both.", arrange(_find_each)),
    fault("duplicates-refused", "A key given twice is refused.", _refuse(lambda _, terms: _has_twice(terms))),
    fault(
        "duplicate-of-an-unknown-value-ignored",
        "A value that is not known does not take the place of the one before it.",
        rewrite_terms(lambda terms: [each for each in terms if not _is_unknown_value(each)]),
    ),
    fault(
        "second-colon-accepted",
        "A second colon is taken for a part of the value.",
        _mend_elements(lambda each: term(each.key, each.value), lambda q: '"' not in q and "::" not in q),
    ),
    fault(
        "empty-value-accepted",
        "An element that ends with its colon filters nothing.",
        _mend_elements(lambda each: None if each.text.endswith(":") else each),
    ),
    fault(
        "empty-key-accepted",
        "An element that begins with a colon filters nothing.",
        _mend_elements(lambda each: None if each.text.startswith(":") else each),
    ),
    fault(
        "empty-quotes-accepted",
        "An element of nothing but quotes filters nothing.",
        _mend_elements(lambda each: None if not each.value else each, lambda q: '""' in q),
    ),
    fault(
        "bad-resource-id-finds-nothing",
        "A `resource_id` that is no UUID finds nothing.",
        forgive(
            lambda request, reply: request.is_list and set(at_fault(reply)) == {"resource_id"},
            rewrite_term(
                lambda each: term(each.key, "ffffffff-ffff-4fff-8fff-ffffffffffff"),
                "resource_id",
            ),
        ),
    ),
    fault(
        "resource-id-without-dashes-accepted",
        "A `resource_id` may lack its dashes.",
        forgive(
            lambda request, reply: request.is_list and set(at_fault(reply)) == {"resource_id"},
            rewrite_term(lambda each: term(each.key, _add_dashes(each.value)), "resource_id"),
        ),
    ),
    fault(
        "tab-divides-elements",
        "A tab divides elements as a space does.",
        forgive(_is_bad_element, rewrite_query("q", lambda q: q.replace("\t", " "))),
    ),
    fault(
        "nul-left-out",
        "The character U+0000 is left out of a search instead of being refused.",
        forgive(_is_bad_element, rewrite_query("q", lambda q: q.replace("\0", ""))),
    ),
    fault(
        "comma-divides-values",
        "Of a value with a comma only what is before it counts.",
        rewrite_term(lambda each: term(each.key, each.value.split(",")[0] or each.value), *_ENUMS),
    ),
    fault(
        "hyphen-excludes",
        "An element that begins with a hyphen is no unknown key but finds nothing.",
        _find_nothing(lambda _, terms: any(each.text.startswith("-") for each in terms)),
    ),
    fault(
        "percent-escapes-read-twice",
        "Percent escapes in a search are decoded a second time.",
        only_when(
            lambda request: request.is_list and b"%25" in request.query,
            lambda serve: lambda request: serve(request.with_query(request.query.replace(b"%25", b"%"))),
        ),
    ),
)


def _add_dashes(digits: str) -> str:
    return "-".join(digits[start:end] for start, end in ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32)))
