"""Faults of search keys: which logs each key finds."""

from fault import Reply, Request, Serve, about
from listing import KEYS, Find, replace_filter, replace_list
from rewriting import Log, as_owner, is_page, rewrite_term, rewrite_terms, wrap_serve
from terms import UNKNOWN_NAME, Term, read_terms, term, write_terms

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


async def _serve_as_owner(request: Request, serve: Serve) -> Reply:
    reply = await serve(request)
    is_mine = any(each.key == "username" and each.value.lower() == "me" for each in _terms(request))
    return await serve(as_owner(request)) if is_mine and is_page(request, reply) else reply


def _terms(request: Request) -> list[Term]:
    return read_terms(request.first("q"))


def _drop_if_present(dropped: str, other_key: str, terms: list[Term]) -> list[Term]:
    is_present = any(each.key == other_key for each in terms)
    return [each for each in terms if not is_present or each.key != dropped]


def _drop_after_bare(terms: list[Term]) -> list[Term]:
    bare = next((position for position, each in enumerate(terms) if not each.key), len(terms))
    return terms[: bare + 1]


def _replace_me(each: Term, name: str) -> Term:
    return term(each.key, name) if each.value.lower() == "me" else each


def _replace_capitals(each: Term, value: str) -> Term:
    return each if each.value == each.value.lower() else term(each.key, value)


_IGNORED = tuple(
    fault(f"{name.replace('_', '-')}-ignored", f"`{name}` has no effect.", rewrite_term(lambda _: None, name))
    for name in KEYS
)

FAULTS = (
    *_IGNORED,
    fault(
        "action-inverted",
        "`action` finds the logs of all other actions.",
        replace_filter("action", lambda log, value: log["action"] != value),
    ),
    fault(
        "resource-type-by-prefix",
        "`resource_type` matches by prefix.",
        replace_filter("resource_type", lambda log, value: log["resource_type"].startswith(value)),
    ),
    fault(
        "resource-id-finds-log-ids",
        "`resource_id` matches the id of the log.",
        replace_filter("resource_id", lambda log, value: log["id"] == value),
    ),
    fault(
        "resource-id-finds-request-ids-too",
        "`resource_id` also matches `request_id`.",
        replace_filter("resource_id", lambda log, value: value in (log["resource_id"], log["request_id"])),
    ),
    fault(
        "resource-id-case-sensitive",
        "`resource_id` in upper case finds nothing.",
        rewrite_term(
            lambda each: _replace_capitals(each, "ffffffff-ffff-4fff-8fff-ffffffffffff"), "resource_id"
        ),
    ),
    fault(
        "resource-target-by-part",
        "`resource_target` matches by substring.",
        replace_filter("resource_target", lambda log, value: value in _field(log, "resource_target")),
    ),
    fault(
        "resource-target-by-prefix",
        "`resource_target` matches by prefix.",
        replace_filter(
            "resource_target", lambda log, value: _field(log, "resource_target").startswith(value)
        ),
    ),
    fault(
        "resource-target-case-sensitive",
        "`resource_target` in upper case finds nothing.",
        rewrite_term(lambda each: _replace_capitals(each, UNKNOWN_NAME), "resource_target"),
    ),
    fault(
        "resource-target-finds-workspaces",
        "`resource_target` also finds the builds of a workspace with that name.",
        replace_filter(
            "resource_target",
            lambda log, value: (
                value in (_field(log, "resource_target"), log["additional_fields"].get("workspace_name"))
            ),
        ),
    ),
    fault(
        "username-case-sensitive",
        "`username` in upper case finds nothing.",
        rewrite_term(lambda each: _replace_capitals(each, UNKNOWN_NAME), "username"),
    ),
    fault(
        "username-by-part",
        "`username` matches by substring.",
        replace_filter("username", lambda log, value: value in _field(log, "username")),
    ),
    fault(
        "username-finds-targets",
        "`username` also finds logs whose resource is that user.",
        replace_filter(
            "username",
            lambda log, value: (
                _field(log, "username") == value
                or (log["resource_type"] == "user" and log["resource_target"] == value)
            ),
        ),
    ),
    fault(
        "me-is-a-name",
        "`username:me` finds a user named me.",
        rewrite_term(lambda each: _replace_me(each, UNKNOWN_NAME), "username"),
    ),
    fault(
        "me-in-capitals-is-a-name",
        "`username:ME` finds a user named ME.",
        rewrite_term(
            lambda each: term(each.key, UNKNOWN_NAME) if each.value in {"ME", "Me"} else each, "username"
        ),
    ),
    fault(
        "me-matches-everyone",
        "`username:me` has no effect.",
        rewrite_term(lambda each: None if each.value.lower() == "me" else each, "username"),
    ),
    fault(
        "me-is-the-first-owner",
        "`username:me` always finds the first owner's logs.",
        wrap_serve(_serve_as_owner),
    ),
    fault(
        "email-by-prefix",
        "`email` matches by prefix.",
        replace_filter("email", lambda log, value: _field(log, "email").startswith(value)),
    ),
    fault(
        "email-by-part",
        "`email` matches by substring.",
        replace_filter("email", lambda log, value: value in _field(log, "email")),
    ),
    fault(
        "email-without-its-domain",
        "`email` ignores the domain.",
        replace_filter("email", lambda log, value: _field(log, "email").split("@")[0] == value.split("@")[0]),
    ),
    fault(
        "email-case-sensitive",
        "`email` in upper case finds nothing.",
        rewrite_term(lambda each: _replace_capitals(each, UNKNOWN_NAME), "email"),
    ),
    fault(
        "email-finds-usernames",
        "`email` matches the username.",
        replace_filter("email", lambda log, value: _field(log, "username") == value),
    ),
    fault(
        "build-reason-of-starts-only",
        "`build_reason` finds start builds only.",
        replace_filter(
            "build_reason",
            lambda log, value: _field(log, "build_reason") == value and log["action"] == "start",
        ),
    ),
    fault(
        "build-reason-finds-logs-without-one",
        "`build_reason:initiator` also finds logs without a build reason.",
        replace_filter(
            "build_reason", lambda log, value: (_field(log, "build_reason") or "initiator") == value
        ),
    ),
    fault(
        "build-reason-autostart-is-autostop",
        "`build_reason` does not distinguish autostart and autostop.",
        replace_filter("build_reason", lambda log, value: _field(log, "build_reason")[:4] == value[:4]),
    ),
    fault("any-term-is-enough", "A log is found if any term of the search matches.", replace_list(_find_any)),
    fault(
        "only-first-term",
        "Only the first term of a search has an effect.",
        rewrite_terms(lambda terms: terms[:1]),
    ),
    fault(
        "only-last-term",
        "Only the last term of a search has an effect.",
        rewrite_terms(lambda terms: terms[-1:]),
    ),
    fault(
        "only-two-terms",
        "Only the first two terms of a search have an effect.",
        rewrite_terms(lambda terms: terms[:2]),
    ),
    fault(
        "terms-after-a-bare-term-ignored",
        "Terms after a bare term have no effect.",
        rewrite_terms(_drop_after_bare),
    ),
    fault(
        "action-ignored-with-type",
        "`action` has no effect together with `resource_type`.",
        rewrite_terms(lambda terms: _drop_if_present("action", "resource_type", terms)),
    ),
    fault(
        "date-from-ignored-with-username",
        "`date_from` has no effect together with `username`.",
        rewrite_terms(lambda terms: _drop_if_present("date_from", "username", terms)),
    ),
    fault(
        "email-ignored-with-username",
        "`email` has no effect together with `username`.",
        rewrite_terms(lambda terms: _drop_if_present("email", "username", terms)),
    ),
    fault(
        "failures-never-found",
        "A search does not find logs of failed requests.",
        replace_list(_find_successes),
    ),
)
