"""Faults that show only with rare values, on deep pages, or with one value of many."""

import re

from fault import Request, about
from listing import KEYS, Find, change_list, replace_filter, replace_list
from replies import fail_when, make_error, make_page, replace_reply
from rewriting import (
    Log,
    is_page,
    rewrite_log,
    rewrite_logs,
    rewrite_number,
    rewrite_query,
    rewrite_term,
    show,
)
from terms import read_terms, term

fault = about("rare")


def _field(log: Log, key: str) -> str:
    return KEYS[key].value_in(log).lower()


def _is_like(text: str, pattern: str, wildcards: str) -> bool:
    """Match like SQL's LIKE, with some of its wildcards."""
    parts = {"%": ".*", "_": "."}
    regex_parts = [parts[each] if each in wildcards else re.escape(each) for each in pattern]
    return re.fullmatch("".join(regex_parts), text) is not None


def _has_term(request: Request, key: str, value: str) -> bool:
    return any(each.key == key and each.value.lower() == value for each in read_terms(request.first("q")))


def _shift_deep(logs: list[Log], request: Request) -> list[Log]:
    return [*logs[:200], *logs[201:], logs[200]] if request.number("offset", 0) > 200 else logs


async def _find_with_ip(find: Find, request: Request) -> list[Log] | None:
    if "username" not in request.first("q").lower():
        return None
    return [log for log in await find(request.first("q")) if log["ip"]]


async def _find_active(find: Find, request: Request) -> list[Log] | None:
    if not request.first("q").strip():
        return None
    logs = await find(request.first("q"))
    return [log for log in logs if not log["user"] or log["user"]["status"] == "active"]


async def _find_existing(find: Find, request: Request) -> list[Log] | None:
    if "resource_type" not in request.first("q").lower():
        return None
    return [log for log in await find(request.first("q")) if not log["is_deleted"]]


FAULTS = (
    fault(
        "emoji-fails",
        "The server fails on a search with an emoji.",
        fail_when(lambda request: any(ord(each) > 0xFFFF for each in request.first("q"))),
    ),
    fault(
        "letters-beyond-ascii-fail",
        "The server fails on a search with a non-ASCII letter.",
        fail_when(lambda request: not request.first("q").isascii()),
    ),
    fault(
        "apostrophe-fails",
        "The server fails on a search with an apostrophe.",
        fail_when(lambda request: "'" in request.first("q")),
    ),
    fault(
        "backslash-fails",
        "The server fails on a search with a backslash.",
        fail_when(lambda request: "\\" in request.first("q")),
    ),
    fault(
        "percent-fails",
        "The server fails on a search with a percent sign.",
        fail_when(lambda request: "%" in request.first("q")),
    ),
    fault(
        "long-search-fails",
        "The server fails on a search longer than 8000 characters.",
        fail_when(lambda request: len(request.first("q")) > 8000),
    ),
    fault(
        "long-search-rejected",
        "A search longer than 8000 characters is rejected.",
        replace_reply(
            lambda request, reply: is_page(request, reply) and len(request.first("q")) > 8000,
            make_error(400, "Invalid audit search query.", "q"),
        ),
    ),
    fault(
        "search-truncated-at-256",
        "A search is truncated at 256 characters.",
        rewrite_query("q", lambda q: q[:256].rpartition(" ")[0] if len(q) > 256 else q),
    ),
    fault(
        "many-terms-fail",
        "The server fails on a search with more than 50 terms.",
        fail_when(lambda request: len(read_terms(request.first("q"))) > 50),
    ),
    fault(
        "largest-offset-fails",
        "The server fails on the offset 2147483647.",
        fail_when(lambda request: request.number("offset", 0) >= (1 << 31) - 1),
    ),
    fault(
        "limit-plus-offset-overflows",
        "If limit plus offset exceeds 2147483647, the page is empty.",
        rewrite_logs(
            lambda logs, request: (
                [] if request.number("limit", 0) + request.number("offset", 0) >= 1 << 31 else logs
            )
        ),
    ),
    fault(
        "offset-beyond-10000-fails",
        "The server fails on an offset above 10000.",
        fail_when(lambda request: request.number("offset", 0) > 10000),
    ),
    fault(
        "offset-capped-at-5000",
        "An offset above 5000 skips 5000 logs.",
        rewrite_number("offset", lambda offset: min(offset, 5000)),
    ),
    fault("deep-pages-shifted", "The 201st log is missing from deep pages.", change_list(_shift_deep)),
    fault(
        "deep-pages-unordered",
        "Pages past the 1000th log are sorted oldest first.",
        rewrite_logs(lambda logs, request: logs[::-1] if request.number("offset", 0) > 1000 else logs),
    ),
    fault(
        "long-page-lacks-its-51st-log",
        "A page of more than 50 logs omits the 51st.",
        rewrite_logs(lambda logs, _: [*logs[:50], *logs[51:]]),
    ),
    fault(
        "long-page-repeats-its-100th-log",
        "A page of more than 100 logs repeats the 100th.",
        rewrite_logs(lambda logs, _: [*logs[:100], logs[99], *logs[100:-1]] if len(logs) > 100 else logs),
    ),
    fault(
        "page-of-one-is-empty",
        "A page with the limit 1 is empty.",
        rewrite_logs(lambda logs, request: [] if request.number("limit", 0) == 1 else logs),
    ),
    fault(
        "odd-offsets-rounded",
        "An odd offset is rounded down to an even number.",
        rewrite_number("offset", lambda offset: offset - offset % 2),
    ),
    fault(
        "stop-finds-starts",
        "`action:stop` also finds logs of starts.",
        replace_filter(
            "action",
            lambda log, value: log["action"] == value or (value == "stop" and log["action"] == "start"),
        ),
    ),
    fault(
        "delete-finds-nothing",
        "`action:delete` finds nothing.",
        replace_reply(
            lambda request, reply: is_page(request, reply) and _has_term(request, "action", "delete"),
            make_page([], 0),
        ),
    ),
    fault(
        "start-unknown",
        "`action:start` has no effect.",
        rewrite_term(lambda each: None if each.value.lower() == "start" else each, "action"),
    ),
    fault(
        "key-type-unknown",
        "`resource_type:git_ssh_key` has no effect.",
        rewrite_term(lambda each: None if each.value.lower() == "git_ssh_key" else each, "resource_type"),
    ),
    fault(
        "group-type-rejected",
        "`resource_type:group` is rejected.",
        replace_reply(
            lambda request, reply: is_page(request, reply) and _has_term(request, "resource_type", "group"),
            make_error(400, "Invalid audit search query.", "resource_type"),
        ),
    ),
    fault(
        "api-key-type-unknown",
        "`resource_type:api_key` has no effect.",
        rewrite_term(lambda each: None if each.value.lower() == "api_key" else each, "resource_type"),
    ),
    fault(
        "organization-type-fails",
        "The server fails on `resource_type:organization`.",
        fail_when(lambda request: _has_term(request, "resource_type", "organization")),
    ),
    fault(
        "template-version-finds-templates",
        "`resource_type:template_version` finds templates.",
        rewrite_term(
            lambda each: term(each.key, "template") if each.value.lower() == "template_version" else each,
            "resource_type",
        ),
    ),
    fault(
        "types-with-underscore-unknown-as-bare-term",
        "A bare term with an underscore has no effect.",
        rewrite_term(lambda each: None if not each.key and "_" in each.value else each),
    ),
    fault(
        "autostart-unknown",
        "`build_reason:autostart` has no effect.",
        rewrite_term(lambda each: None if each.value.lower() == "autostart" else each, "build_reason"),
    ),
    fault(
        "underscore-is-a-wildcard",
        "An underscore in `resource_target` matches any character.",
        replace_filter(
            "resource_target", lambda log, value: _is_like(_field(log, "resource_target"), value, "_")
        ),
    ),
    fault(
        "percent-is-a-wildcard",
        "A percent sign in `username` matches any characters.",
        replace_filter("username", lambda log, value: _is_like(_field(log, "username"), value, "%")),
    ),
    fault(
        "long-target-truncated",
        "Only the first 32 characters of `resource_target` are compared.",
        replace_filter(
            "resource_target", lambda log, value: _field(log, "resource_target")[:32] == value[:32]
        ),
    ),
    fault(
        "target-truncated-at-a-space",
        "`resource_target` is compared up to the first space only.",
        replace_filter(
            "resource_target",
            lambda log, value: _field(log, "resource_target").split(" ")[0] == value.split(" ")[0],
        ),
    ),
    fault(
        "username-hides-logs-without-ip",
        "`username` does not find logs without an IP address.",
        replace_list(_find_with_ip),
    ),
    fault(
        "search-hides-suspended-users",
        "A search does not find logs of suspended users.",
        replace_list(_find_active),
    ),
    fault(
        "type-search-hides-deleted-resources",
        "`resource_type` does not find logs of deleted resources.",
        replace_list(_find_existing),
    ),
    fault(
        "build-number-of-one-digit",
        "A description has only the first digit of a build's number.",
        show("description", lambda log: re.sub(r"#(\d)\d+", r"#\1", log["description"])),
    ),
    fault(
        "link-of-later-builds",
        "The link of a build with a two-digit number points to the home page.",
        show("resource_link", lambda log: re.sub(r".*/builds/\d\d+$", "/", log["resource_link"])),
    ),
    fault(
        "whole-second-with-a-point",
        "A whole second has an empty fraction.",
        show("time", lambda log: re.sub(r"(:\d\d)Z", r"\1.Z", log["time"])),
    ),
    fault(
        "null-diff-of-not-modified",
        "The diff of a log with status 304 is null.",
        show("diff", lambda _: None, lambda log: log["status_code"] == 304),
    ),
    fault(
        "conflict-has-a-diff",
        "A log with status 409 has a diff.",
        show(
            "diff",
            lambda log: {"name": {"old": "", "new": log["resource_target"], "secret": False}},
            lambda log: log["status_code"] == 409,
        ),
    ),
    fault(
        "failed-build-deleted-but-linked",
        "A failed build is deleted but has a link.",
        rewrite_log(
            lambda log: log | {"is_deleted": True},
            lambda log: log["status_code"] == 500 and bool(log["resource_link"]),
        ),
    ),
    fault(
        "offset-with-a-cursor-one-short",
        "An offset above 1 together with a cursor skips one log too few.",
        lambda serve: (
            lambda request: rewrite_number(
                "offset", lambda offset: offset - 1 if offset > 1 and request.first("after_id") else offset
            )(serve)(request)
        ),
    ),
)
