"""Faults of the search keys: what each of them finds."""

from fault import Reply, Request, Serve, about
from listing import KEYS, Find, arrange, select
from rewriting import Log, around, as_owner, is_page, rewrite_term, rewrite_terms
from terms import NOBODY, Term, read_terms, term, write_terms

fault = about("filters")


def _field(log: Log, key: str) -> str:
    return KEYS[key].value_in(log).lower()


async def _find_any(find: Find, request: Request) -> list[Log] | None:
    terms = read_terms(request.first("q"))
    dates = [each for each in terms if each.key.startswith("date_")]
    others = [each for each in terms if each.key in KEYS and each not in dates]
    if len(others) < 2:
        return None
    ids = {log["id"] for each in others for log in await find(write_terms([each, *dates]))}
    return [log for log in await find(write_terms(dates)) if log["id"] in ids]


async def _find_successes(find: Find, request: Request) -> list[Log] | None:
    logs = await find(request.first("q"))
    return [log for log in logs if log["status_code"] < 400] if request.first("q").strip() else None


async def _answer_as_owner(request: Request, serve: Serve) -> Reply:
    reply = await serve(request)
    is_mine = any(each.key == "username" and each.value.lower() == "me" for each in _terms(request))
    return await serve(as_owner(request)) if is_mine and is_page(request, reply) else reply


def _terms(request: Request) -> list[Term]:
    return read_terms(request.first("q"))


def _drop_beside(dropped: str, beside: str, terms: list[Term]) -> list[Term]:
    is_beside = any(each.key == beside for each in terms)
    return [each for each in terms if not is_beside or each.key != dropped]


def _drop_after_bare(terms: list[Term]) -> list[Term]:
    bare = next((place for place, each in enumerate(terms) if not each.key), len(terms))
    return terms[: bare + 1]


def _name_me(each: Term, name: str) -> Term:
    return term(each.key, name) if each.value.lower() == "me" else each


def _replace_capitals(each: Term, value: str) -> Term:
    return each if each.value == each.value.lower() else term(each.key, value)


_IGNORED = tuple(
    fault(
        f"{name.replace('_', '-')}-ignored",
        f"`{name}` filters nothing.",
        rewrite_term(lambda _: None, name),
    )
    for name in KEYS
)

FAULTS = (
    *_IGNORED,
    fault(
        "action-inverted",
        "`action` finds the logs of all other actions.",
        select("action", lambda log, value: log["action"] != value),
    ),
    fault(
        "resource-type-by-prefix",
        "`resource_type` finds all types whose name begins with the value.",
        select("resource_type", lambda log, value: log["resource_type"].startswith(value)),
    ),
    fault(
        "resource-id-finds-log-ids",
        "`resource_id` is compared with the id of the log.",
        select("resource_id", lambda log, value: log["id"] == value),
    ),
    fault(
        "resource-id-finds-request-ids-too",
        "`resource_id` also finds logs of the request with that id.",
        select("resource_id", lambda log, value: value in (log["resource_id"], log["request_id"])),
    ),
    fault(
        "resource-id-case-sensitive",
        "`resource_id` with capital letters finds nothing.",
        rewrite_term(
            lambda each: _replace_capitals(each, "ffffffff-ffff-4fff-8fff-ffffffffffff"), "resource_id"
        ),
    ),
    fault(
        "resource-target-by-part",
        "`resource_target` finds every target that contains the value.",
        select("resource_target", lambda log, value: value in _field(log, "resource_target")),
    ),
    fault(
        "resource-target-by-prefix",
        "`resource_target` finds every target that begins with the value.",
        select("resource_target", lambda log, value: _field(log, "resource_target").startswith(value)),
    ),
    fault(
        "resource-target-case-sensitive",
        "`resource_target` with capital letters finds nothing.",
        rewrite_term(lambda each: _replace_capitals(each, NOBODY), "resource_target"),
    ),
    fault(
        "resource-target-finds-workspaces",
        "`resource_target` also finds the builds of the workspace of that name.",
        select(
            "resource_target",
            lambda log, value: (
                value in (_field(log, "resource_target"), log["additional_fields"].get("workspace_name"))
            ),
        ),
    ),
    fault(
        "username-case-sensitive",
        "`username` with capital letters finds nothing.",
        rewrite_term(lambda each: _replace_capitals(each, NOBODY), "username"),
    ),
    fault(
        "username-by-part",
        "`username` finds every name that contains the value.",
        select("username", lambda log, value: value in _field(log, "username")),
    ),
    fault(
        "username-finds-targets",
        "`username` also finds what was done to the user of that name.",
        select(
            "username",
            lambda log, value: (
                _field(log, "username") == value
                or (log["resource_type"] == "user" and log["resource_target"] == value)
            ),
        ),
    ),
    fault(
        "me-is-a-name",
        "`username:me` looks for a user whose name is me.",
        rewrite_term(lambda each: _name_me(each, NOBODY), "username"),
    ),
    fault(
        "me-in-capitals-is-a-name",
        "`username:ME` looks for a user whose name is ME.",
        rewrite_term(lambda each: term(each.key, NOBODY) if each.value in {"ME", "Me"} else each, "username"),
    ),
    fault(
        "me-is-everybody",
        "`username:me` filters nothing.",
        rewrite_term(lambda each: None if each.value.lower() == "me" else each, "username"),
    ),
    fault(
        "me-is-the-first-owner",
        "`username:me` finds what the first owner did, whoever asks.",
        around(_answer_as_owner),
    ),
    fault(
        "email-by-prefix",
        "`email` finds every address that begins with the value.",
        select("email", lambda log, value: _field(log, "email").startswith(value)),
    ),
    fault(
        "email-by-part",
        "`email` finds every address that contains the value.",
        select("email", lambda log, value: value in _field(log, "email")),
    ),
    fault(
        "email-without-its-domain",
        "`email` compares what is before the @ only.",
        select("email", lambda log, value: _field(log, "email").split("@")[0] == value.split("@")[0]),
    ),
    fault(
        "email-case-sensitive",
        "`email` with capital letters finds nothing.",
        rewrite_term(lambda each: _replace_capitals(each, NOBODY), "email"),
    ),
    fault(
        "email-finds-usernames",
        "`email` is compared with the username.",
        select("email", lambda log, value: _field(log, "username") == value),
    ),
    fault(
        "build-reason-of-starts-only",
        "`build_reason` finds builds that start a workspace only.",
        select(
            "build_reason",
            lambda log, value: _field(log, "build_reason") == value and log["action"] == "start",
        ),
    ),
    fault(
        "build-reason-finds-what-has-none",
        "`build_reason:initiator` also finds logs that have no build reason.",
        select(
            "build_reason",
            lambda log, value: (_field(log, "build_reason") or "initiator") == value,
        ),
    ),
    fault(
        "build-reason-autostart-is-autostop",
        "`build_reason` finds the logs of both autostart and autostop when asked for one.",
        select("build_reason", lambda log, value: _field(log, "build_reason")[:4] == value[:4]),
    ),
    fault("any-element-is-enough", "A log is found when one of two elements holds.", arrange(_find_any)),
    fault("only-first-element", "Only the first element filters.", rewrite_terms(lambda terms: terms[:1])),
    fault("only-last-element", "Only the last element filters.", rewrite_terms(lambda terms: terms[-1:])),
    fault("only-two-elements", "The third element filters nothing.", rewrite_terms(lambda terms: terms[:2])),
    fault(
        "elements-after-a-bare-term-ignored",
        "Elements after a bare term filter nothing.",
        rewrite_terms(_drop_after_bare),
    ),
    fault(
        "action-ignored-beside-type",
        "`action` filters nothing beside `resource_type`.",
        rewrite_terms(lambda terms: _drop_beside("action", "resource_type", terms)),
    ),
    fault(
        "date-from-ignored-beside-username",
        "`date_from` filters nothing beside `username`.",
        rewrite_terms(lambda terms: _drop_beside("date_from", "username", terms)),
    ),
    fault(
        "email-ignored-beside-username",
        "`email` filters nothing beside `username`.",
        rewrite_terms(lambda terms: _drop_beside("email", "username", terms)),
    ),
    fault(
        "failures-never-found",
        "A search does not find logs of requests that failed.",
        arrange(_find_successes),
    ),
)
