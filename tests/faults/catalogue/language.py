"""Faults of the search language: parsing of `q`."""

from collections.abc import Callable

from fault import Reply, Request, Wrap, about
from listing import KEYS, Find, replace_list
from replies import make_error, make_page, replace_reply
from rewriting import (
    Log,
    invalid_fields,
    is_page,
    only_when,
    retry_changed,
    rewrite_query,
    rewrite_term,
    rewrite_terms,
)
from terms import UNKNOWN_NAME, Term, read_terms, term

fault = about("language")
_TEXTS = ("resource_target", "username", "email")
_ENUMS = tuple(name for name, key in KEYS.items() if key.type == "enum")


def _when(holds: Callable[[str, list[Term]], bool]) -> Callable[[Request, Reply], bool]:
    def is_meant(request: Request, reply: Reply) -> bool:
        q = request.first("q")
        return is_page(request, reply) and holds(q, read_terms(q))

    return is_meant


def _reject(holds: Callable[[str, list[Term]], bool], field: str = "q") -> Wrap:
    return replace_reply(_when(holds), make_error(400, "Invalid audit search query.", field))


def _find_nothing(holds: Callable[[str, list[Term]], bool]) -> Wrap:
    return replace_reply(_when(holds), make_page([], 0))


def _has_duplicate_keys(terms: list[Term]) -> bool:
    keys = [each.key for each in terms if each.key in KEYS]
    return len(set(keys)) < len(keys)


def _is_unknown_value(each: Term) -> bool:
    return each.key in _ENUMS and each.value.lower() not in KEYS[each.key].values


def _is_unknown_key(each: Term) -> bool:
    return each.key != "" and each.key not in KEYS


def _is_unknown_bare(each: Term) -> bool:
    return each.key == "" and each.value.lower() not in KEYS["resource_type"].values


def _keep_first_of_each(terms: list[Term]) -> list[Term]:
    return [
        each for position, each in enumerate(terms) if each.key not in {one.key for one in terms[:position]}
    ]


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


def _is_invalid_search(request: Request, reply: Reply) -> bool:
    return request.is_list and set(invalid_fields(reply)) == {"q"} and bool(request.first("q"))


def _change_rejected_terms(change: Callable[[Term], Term | None], when: Callable[[str], bool] = bool) -> Wrap:
    return retry_changed(
        lambda request, reply: _is_invalid_search(request, reply) and when(request.first("q")),
        rewrite_term(change),
    )


FAULTS = (
    fault(
        "quotes-are-part-of-the-value",
        "The quotes of a quoted value are part of the value.",
        rewrite_term(lambda each: term(each.key, UNKNOWN_NAME) if each.is_quoted else each, *_TEXTS),
    ),
    fault(
        "quoted-enum-values-ignored",
        "A quoted type, action or build reason has no effect.",
        rewrite_term(lambda each: None if each.is_quoted else each, *_ENUMS),
    ),
    fault(
        "quoted-space-ends-the-value",
        "A quoted value ends at its first space.",
        rewrite_term(
            lambda each: term(each.key, each.value.split(" ")[0] or each.value) if each.is_quoted else each,
            *_TEXTS,
        ),
    ),
    fault(
        "quoted-colon-rejected",
        "A quoted colon is rejected.",
        _reject(lambda _, terms: any(":" in each.value for each in terms)),
    ),
    fault("quotes-rejected", "A search with quotes is rejected.", _reject(lambda q, _: '"' in q)),
    fault(
        "open-quote-rejected", "An unclosed quote is rejected.", _reject(lambda q, _: q.count('"') % 2 == 1)
    ),
    fault(
        "quoted-keys-unknown",
        "A quoted key has no effect.",
        rewrite_term(lambda each: None if each.text.startswith('"') and each.key else each),
    ),
    fault("two-spaces-rejected", "Two spaces between terms are rejected.", _reject(lambda q, _: "  " in q)),
    fault(
        "leading-space-disables-the-search",
        "A search that starts with a space has no effect.",
        rewrite_query("q", lambda q: "" if q.startswith(" ") else q),
    ),
    fault(
        "trailing-space-rejected",
        "A search that ends with a space is rejected.",
        _reject(lambda q, _: q.endswith(" ")),
    ),
    fault(
        "only-a-space-rejected",
        "A search that contains only spaces is rejected.",
        _reject(lambda q, terms: bool(q) and not terms),
    ),
    fault(
        "empty-search-finds-nothing",
        "An empty search finds nothing.",
        _find_nothing(lambda _, terms: not terms),
    ),
    fault(
        "keys-case-sensitive",
        "A key in upper case has no effect.",
        rewrite_term(lambda each: each if each.text.lstrip('"').startswith(each.key) else None),
    ),
    fault(
        "enum-values-case-sensitive",
        "A type, action or build reason in upper case has no effect.",
        rewrite_term(lambda each: each if each.value == each.value.lower() else None, *_ENUMS),
    ),
    fault(
        "bare-term-ignored",
        "A bare term has no effect.",
        rewrite_term(lambda each: each if each.key else None),
    ),
    fault(
        "bare-term-is-an-action",
        "A bare term is an action.",
        rewrite_term(lambda each: each if each.key else term("action", each.value)),
    ),
    fault(
        "bare-term-is-part-of-a-target",
        "A bare term matches a substring of the target.",
        replace_list(_find_bare_targets),
    ),
    fault(
        "bare-term-case-sensitive",
        "A bare term in upper case has no effect.",
        rewrite_term(lambda each: None if not each.key and each.value != each.value.lower() else each),
    ),
    fault(
        "bare-term-counts-when-first",
        "A bare term has an effect only as the first term.",
        rewrite_terms(lambda terms: [*terms[:1], *(each for each in terms[1:] if each.key)]),
    ),
    fault(
        "unknown-bare-term-finds-nothing",
        "An unknown bare term finds nothing.",
        _find_nothing(lambda _, terms: any(map(_is_unknown_bare, terms))),
    ),
    fault(
        "unknown-bare-term-rejected",
        "An unknown bare term is rejected.",
        _reject(lambda _, terms: any(map(_is_unknown_bare, terms))),
    ),
    fault(
        "unknown-key-rejected",
        "An unknown key is rejected.",
        _reject(lambda _, terms: any(map(_is_unknown_key, terms))),
    ),
    fault(
        "unknown-key-finds-nothing",
        "An unknown key finds nothing.",
        _find_nothing(lambda _, terms: any(map(_is_unknown_key, terms))),
    ),
    fault(
        "unknown-key-ends-the-search",
        "Terms after an unknown key have no effect.",
        rewrite_terms(
            lambda terms: [
                each for position, each in enumerate(terms) if not any(map(_is_unknown_key, terms[:position]))
            ]
        ),
    ),
    fault(
        "unknown-value-finds-nothing",
        "An unknown enum value finds nothing.",
        _find_nothing(lambda _, terms: any(map(_is_unknown_value, terms))),
    ),
    fault(
        "unknown-value-rejected",
        "An unknown action is rejected.",
        _reject(
            lambda _, terms: any(_is_unknown_value(each) for each in terms if each.key == "action"), "action"
        ),
    ),
    fault(
        "first-of-duplicates",
        "If a key is given twice, the first value wins.",
        rewrite_terms(_keep_first_of_each),
    ),
    fault(
        "all-of-duplicates",
        "A key given twice with different values finds nothing.",
        _find_nothing(
            lambda _, terms: any(
                len({each.value.lower() for each in terms if each.key == key}) > 1
                for key in ("username", "action", "resource_type")
            )
        ),
    ),
    fault("any-of-duplicates", "Two actions find the logs of both.", replace_list(_find_each)),
    fault(
        "duplicates-rejected",
        "A key given twice is rejected.",
        _reject(lambda _, terms: _has_duplicate_keys(terms)),
    ),
    fault(
        "duplicate-of-an-unknown-value-ignored",
        "An unknown value does not replace an earlier value of its key.",
        rewrite_terms(lambda terms: [each for each in terms if not _is_unknown_value(each)]),
    ),
    fault(
        "second-colon-accepted",
        "A second colon is part of the value.",
        _change_rejected_terms(
            lambda each: term(each.key, each.value), lambda q: '"' not in q and "::" not in q
        ),
    ),
    fault(
        "empty-value-accepted",
        "A term without a value has no effect.",
        _change_rejected_terms(lambda each: None if each.text.endswith(":") else each),
    ),
    fault(
        "empty-key-accepted",
        "A term without a key before its colon has no effect.",
        _change_rejected_terms(lambda each: None if each.text.startswith(":") else each),
    ),
    fault(
        "empty-quotes-accepted",
        "A term that consists of quotes has no effect.",
        _change_rejected_terms(lambda each: None if not each.value else each, lambda q: '""' in q),
    ),
    fault(
        "invalid-resource-id-finds-nothing",
        "A `resource_id` that is not a UUID finds nothing.",
        retry_changed(
            lambda request, reply: request.is_list and set(invalid_fields(reply)) == {"resource_id"},
            rewrite_term(lambda each: term(each.key, "ffffffff-ffff-4fff-8fff-ffffffffffff"), "resource_id"),
        ),
    ),
    fault(
        "resource-id-without-dashes-accepted",
        "A `resource_id` without dashes is accepted.",
        retry_changed(
            lambda request, reply: request.is_list and set(invalid_fields(reply)) == {"resource_id"},
            rewrite_term(lambda each: term(each.key, _add_dashes(each.value)), "resource_id"),
        ),
    ),
    fault(
        "tab-separates-terms",
        "A tab separates terms like a space.",
        retry_changed(_is_invalid_search, rewrite_query("q", lambda q: q.replace("\t", " "))),
    ),
    fault(
        "nul-removed",
        "U+0000 in a search is removed instead of rejected.",
        retry_changed(_is_invalid_search, rewrite_query("q", lambda q: q.replace("\0", ""))),
    ),
    fault(
        "comma-separates-values",
        "An enum value ends at its first comma.",
        rewrite_term(lambda each: term(each.key, each.value.split(",")[0] or each.value), *_ENUMS),
    ),
    fault(
        "hyphen-excludes",
        "A term that starts with a hyphen finds nothing.",
        _find_nothing(lambda _, terms: any(each.text.startswith("-") for each in terms)),
    ),
    fault(
        "percent-escapes-read-twice",
        "Percent escapes in a search are decoded twice.",
        only_when(
            lambda request: request.is_list and b"%25" in request.query,
            lambda serve: lambda request: serve(request.with_query(request.query.replace(b"%25", b"%"))),
        ),
    ),
)


def _add_dashes(digits: str) -> str:
    return "-".join(digits[start:end] for start, end in ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32)))
