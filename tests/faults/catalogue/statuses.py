"""Faults of errors: which requests are rejected, with which status and which envelope."""

import re
from collections.abc import Callable

from fault import LIST, WRITE, Reply, Request, Wrap, about
from replies import make_empty, make_error, make_page, make_server_error, make_text, replace_reply, reply_with
from rewriting import (
    Log,
    invalid_fields,
    is_page,
    retry_changed,
    rewrite_error,
    rewrite_query,
    rewrite_request,
    rewrite_status,
    without,
)

fault = about("statuses")


def _change_problems(change: Callable[[list[Log]], list[Log]], *statuses: int) -> Wrap:
    return rewrite_error(
        lambda document: (
            document | {"validations": change(document["validations"])}
            if "validations" in document
            else document
        ),
        *(statuses or (400,)),
    )


def _has_status(status: int) -> Callable[[Request, Reply], bool]:
    return lambda _, reply: reply.status == status


def _rejects(*fields: str) -> Callable[[Request, Reply], bool]:
    def rejects(request: Request, reply: Reply) -> bool:
        return request.is_list and reply.status == 400 and set(fields) <= set(invalid_fields(reply))

    return rejects


def _read_number(text: str) -> str:
    """Parse a number like Python: with signs, spaces and underscores."""
    try:
        return str(int(text))
    except ValueError:
        return text


def _keep(position: int) -> Wrap:
    def rewrite(request: Request) -> Request:
        pairs = dict(request.pairs() if position else reversed(request.pairs()))
        return request.with_pairs(list(pairs.items()))

    return rewrite_request(rewrite)


def _has_repeated_parameter(request: Request, reply: Reply) -> bool:
    names = [name for name, _ in request.pairs()]
    return request.is_list and reply.status == 400 and len(set(names)) < len(names)


def _drop_unknown(request: Request) -> Request:
    known = ("q", "after_id", "limit", "offset", "coder_session_token")
    return request.with_pairs([pair for pair in request.pairs() if pair[0] in known])


def _add_empty_search(request: Request) -> Request:
    return request.with_query(request.query + b"&q=")


def _problem_json(reply: Reply) -> Reply:
    title = reply.json()["message"]
    document = {"type": "about:blank", "title": title, "status": reply.status}
    return reply.with_json(document).with_header(b"content-type", b"application/problem+json")


def _text(reply: Reply) -> Reply:
    return reply.with_body(reply.json()["message"].encode(), b"text/plain; charset=utf-8")


_ERROR_STATUSES = (400, 401, 403, 404, 405, 406, 413, 415)
_ignore_invalid_number = retry_changed(
    lambda request, reply: _rejects("limit")(request, reply) or _rejects("offset")(request, reply),
    rewrite_query("limit", lambda text: text if text.isdecimal() else None),
)

FAULTS = (
    fault(
        "error-without-message",
        "A 400 has no message.",
        rewrite_error(lambda document: without(document, "message"), 400),
    ),
    fault(
        "error-with-empty-message",
        "The message of a 400 is empty.",
        rewrite_error(lambda document: document | {"message": ""}, 400),
    ),
    fault(
        "error-message-is-an-object",
        "The message of a 400 is an object.",
        rewrite_error(lambda document: document | {"message": {"text": document["message"]}}, 400),
    ),
    fault(
        "error-without-validations",
        "A 400 has no `validations`.",
        rewrite_error(lambda document: without(document, "validations"), 400),
    ),
    fault(
        "error-validations-empty",
        "An error without invalid fields has empty `validations`.",
        rewrite_error(lambda document: {"validations": [], **document}, *_ERROR_STATUSES),
    ),
    fault(
        "error-validations-null",
        "An error without invalid fields has null `validations`.",
        rewrite_error(lambda document: {"validations": None, **document}, *_ERROR_STATUSES),
    ),
    fault(
        "error-detail-null",
        "An error without a detail has a null `detail`.",
        rewrite_error(lambda document: {"detail": None, **document}, *_ERROR_STATUSES),
    ),
    fault(
        "error-names-first-problem-only",
        "Only the first of several problems is reported.",
        _change_problems(lambda problems: problems[:1]),
    ),
    fault(
        "error-names-last-problem-only",
        "Only the last of several problems is reported.",
        _change_problems(lambda problems: problems[-1:]),
    ),
    fault(
        "error-names-each-field-once",
        "Only one problem per field is reported.",
        _change_problems(
            lambda problems: list({each["field"]: each for each in reversed(problems)}.values())[::-1]
        ),
    ),
    fault(
        "error-names-the-search",
        "A problem of a search key is reported for the field `q`.",
        _change_problems(
            lambda problems: [
                each
                | {
                    "field": "q"
                    if each["field"] in {"resource_id", "date_from", "date_to"}
                    and "Query param" in each["detail"]
                    else each["field"]
                }
                for each in problems
            ]
        ),
    ),
    fault(
        "error-names-no-field",
        "The field of a problem is empty.",
        _change_problems(lambda problems: [each | {"field": ""} for each in problems]),
    ),
    fault(
        "error-names-fields-in-camel-case",
        "Invalid fields are named in camel case.",
        _change_problems(
            lambda problems: [
                each | {"field": re.sub("_(.)", lambda match: match[1].upper(), each["field"])}
                for each in problems
            ]
        ),
    ),
    fault(
        "limit-problem-named-offset",
        "An invalid limit is reported for the field `offset`.",
        _change_problems(
            lambda problems: [
                each | {"field": "offset" if each["field"] == "limit" else each["field"]} for each in problems
            ]
        ),
    ),
    fault(
        "problem-without-detail",
        "A problem has no `detail`.",
        _change_problems(lambda problems: [without(each, "detail") for each in problems]),
    ),
    fault(
        "problems-are-texts",
        "Problems are strings instead of objects.",
        _change_problems(lambda problems: [each["detail"] for each in problems]),
    ),
    fault(
        "error-with-a-code",
        "Errors have an unknown field `code`.",
        rewrite_error(lambda document: document | {"code": "invalid"}, *_ERROR_STATUSES),
    ),
    fault(
        "error-in-a-list",
        "An error is an array of one envelope.",
        rewrite_error(lambda document: [document], 400),
    ),
    fault(
        "error-is-422",
        "Invalid requests get 422 instead of 400.",
        rewrite_status(lambda reply: reply._replace(status=422), 400),
    ),
    fault("error-is-500", "Invalid requests get 500 instead of 400.", rewrite_status(make_server_error, 400)),
    fault(
        "error-is-200",
        "An invalid parameter returns an empty page.",
        replace_reply(lambda request, reply: request.is_list and reply.status == 400, make_page([], 0)),
    ),
    fault(
        "error-comes-with-200",
        "Errors have the status 200.",
        rewrite_status(lambda reply: reply._replace(status=200), 400),
    ),
    fault("error-is-plain-text", "Errors are plain text.", rewrite_status(_text, *_ERROR_STATUSES)),
    fault(
        "error-is-problem-json",
        "Errors are problem details (RFC 9457).",
        rewrite_status(_problem_json, *_ERROR_STATUSES),
    ),
    fault(
        "error-is-html",
        "Errors are HTML.",
        rewrite_status(
            lambda reply: make_text(reply.status, "<html><body>Bad request</body></html>")(reply), 400
        ),
    ),
    fault(
        "error-declared-as-text",
        "Errors are JSON with the media type text/plain.",
        rewrite_status(
            lambda reply: reply.with_header(b"content-type", b"text/plain; charset=utf-8"), *_ERROR_STATUSES
        ),
    ),
    fault(
        "error-truncated",
        "The body of an error is one byte short.",
        rewrite_status(lambda reply: reply.with_body(reply.body[:-1]), 400),
    ),
    fault(
        "not-found-is-html",
        "An unknown path gets an HTML error.",
        rewrite_status(make_text(404, "<h1>404</h1>"), 404),
    ),
    fault(
        "not-found-is-the-web-page",
        "An unknown path gets the web page.",
        replace_reply(
            lambda request, reply: reply.status == 404 and request.path not in {LIST, WRITE},
            make_text(200, "<!doctype html><title>Coder</title>"),
        ),
    ),
    fault(
        "trailing-slash-accepted",
        "A trailing slash is ignored.",
        rewrite_request(lambda request: request.moved_to(request.method, request.path.rstrip("/"))),
    ),
    fault(
        "path-case-insensitive",
        "Paths are case-insensitive.",
        rewrite_request(lambda request: request.moved_to(request.method, request.path.lower())),
    ),
    fault(
        "wrong-method-allows-another",
        "`Allow` of a 405 lists the rejected method.",
        rewrite_status(lambda reply: reply.with_header(b"allow", b"DELETE, GET, PATCH, POST, PUT"), 405),
    ),
    fault("wrong-method-without-envelope", "A 405 has no body.", rewrite_status(make_empty(405), 405)),
    fault(
        "head-accepted",
        "HEAD is treated as GET.",
        rewrite_request(
            lambda request: (
                request.moved_to("GET", LIST)
                if request.method == "HEAD" and request.path == LIST
                else request
            )
        ),
    ),
    fault(
        "list-by-post",
        "POST lists logs like GET.",
        rewrite_request(
            lambda request: (
                request.moved_to("GET", LIST)
                if request.method == "POST" and request.path == LIST
                else request
            )
        ),
    ),
    fault(
        "accept-ignored",
        "A request that does not accept JSON gets JSON.",
        rewrite_request(lambda request: request.with_header(b"accept", None)),
    ),
    fault(
        "accept-taken-literally",
        "A request that accepts `application/*` is rejected.",
        replace_reply(
            lambda request, reply: is_page(request, reply) and request.header(b"accept") == "application/*",
            make_error(406, "Not acceptable."),
        ),
    ),
    fault(
        "html-for-browsers",
        "A request that accepts HTML among others gets HTML.",
        replace_reply(
            lambda request, reply: is_page(request, reply) and "text/html" in request.header(b"accept"),
            make_text(200, "<!doctype html><table></table>"),
        ),
    ),
    fault(
        "media-type-ignored",
        "The media type of a body is ignored.",
        rewrite_request(
            lambda request: (
                request.with_header(b"content-type", b"application/json") if request.is_write else request
            )
        ),
    ),
    fault(
        "media-type-with-charset-rejected",
        "A JSON body with a charset parameter is rejected.",
        reply_with(
            lambda request: request.is_write and "charset" in request.header(b"content-type").lower(),
            make_error(415, "Unsupported media type."),
        ),
    ),
    fault(
        "large-body-is-400",
        "A body larger than 1 MiB gets 400.",
        replace_reply(_has_status(413), make_error(400, "Request body must be valid JSON.")),
    ),
    fault(
        "unknown-parameter-accepted",
        "An unknown parameter is ignored.",
        retry_changed(
            lambda request, reply: request.is_list and reply.status == 400, rewrite_request(_drop_unknown)
        ),
    ),
    fault(
        "parameter-names-case-insensitive",
        "Parameter names are case-insensitive.",
        rewrite_request(
            lambda request: (
                request.with_pairs([(name.lower(), value) for name, value in request.pairs()])
                if request.is_list and any(name != name.lower() for name, _ in request.pairs())
                else request
            )
        ),
    ),
    fault(
        "first-of-repeated-parameters",
        "If a parameter is given twice, the first value wins.",
        retry_changed(_has_repeated_parameter, _keep(0)),
    ),
    fault(
        "last-of-repeated-parameters",
        "If a parameter is given twice, the last value wins.",
        retry_changed(_has_repeated_parameter, _keep(1)),
    ),
    fault(
        "missing-search-accepted",
        "A request without `q` lists all logs.",
        retry_changed(
            lambda request, reply: (
                request.is_list and reply.status == 400 and "q" not in dict(request.pairs())
            ),
            rewrite_request(_add_empty_search),
        ),
    ),
    fault(
        "negative-limit-is-no-limit",
        "A negative limit is ignored.",
        retry_changed(
            _rejects("limit"),
            rewrite_query("limit", lambda text: None if re.fullmatch(r"-\d+", text) else text),
        ),
    ),
    fault(
        "negative-limit-fails",
        "The server fails on a negative limit.",
        replace_reply(
            lambda request, reply: (
                _rejects("limit")(request, reply) and request.first("limit").startswith("-")
            ),
            make_server_error,
        ),
    ),
    fault(
        "negative-offset-is-zero",
        "A negative offset counts as 0.",
        retry_changed(
            _rejects("offset"),
            rewrite_query("offset", lambda text: "0" if re.fullmatch(r"-\d+", text) else text),
        ),
    ),
    fault(
        "negative-offset-fails",
        "The server fails on a negative offset.",
        replace_reply(
            lambda request, reply: (
                _rejects("offset")(request, reply) and request.first("offset").startswith("-")
            ),
            make_server_error,
        ),
    ),
    fault("invalid-limit-ignored", "A limit that is not a number is ignored.", _ignore_invalid_number),
    fault(
        "invalid-offset-ignored",
        "An offset that is not a number counts as 0.",
        retry_changed(
            _rejects("offset"), rewrite_query("offset", lambda text: text if text.isdecimal() else None)
        ),
    ),
    fault(
        "empty-limit-accepted",
        "An empty limit is ignored.",
        retry_changed(_rejects("limit"), rewrite_query("limit", lambda text: text or None)),
    ),
    fault(
        "limit-parsed-as-python-int",
        "A limit with a sign, spaces or underscores is accepted.",
        retry_changed(_rejects("limit"), rewrite_query("limit", _read_number)),
    ),
    fault(
        "limit-with-decimals-accepted",
        "Decimals of a limit are ignored.",
        retry_changed(_rejects("limit"), rewrite_query("limit", lambda text: re.sub(r"\.\d+$", "", text))),
    ),
    fault(
        "limit-beyond-31-bits-accepted",
        "A limit above 2147483647 counts as 2147483647.",
        retry_changed(
            _rejects("limit"),
            rewrite_query(
                "limit", lambda text: str(min(int(text), (1 << 31) - 1)) if text.isdecimal() else text
            ),
        ),
    ),
    fault(
        "offset-beyond-31-bits-accepted",
        "An offset above 2147483647 counts as 2147483647.",
        retry_changed(
            _rejects("offset"),
            rewrite_query(
                "offset", lambda text: str(min(int(text), (1 << 31) - 1)) if text.isdecimal() else text
            ),
        ),
    ),
    fault(
        "offset-beyond-31-bits-fails",
        "The server fails on an offset above 2147483647.",
        replace_reply(
            lambda request, reply: _rejects("offset")(request, reply) and request.first("offset").isdecimal(),
            make_server_error,
        ),
    ),
    fault(
        "largest-limit-rejected",
        "The limit 2147483647 is rejected.",
        replace_reply(
            lambda request, reply: is_page(request, reply) and request.number("limit", 0) == (1 << 31) - 1,
            make_error(400, "Query parameters have invalid values.", "limit"),
        ),
    ),
    fault(
        "limit-zero-rejected",
        "A limit of 0 is rejected.",
        replace_reply(
            lambda request, reply: is_page(request, reply) and request.number("limit", 1) == 0,
            make_error(400, "Query parameters have invalid values.", "limit"),
        ),
    ),
    fault(
        "limit-zero-fails",
        "The server fails on a limit of 0.",
        replace_reply(
            lambda request, reply: is_page(request, reply) and request.number("limit", 1) == 0,
            make_server_error,
        ),
    ),
)
