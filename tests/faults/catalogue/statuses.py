"""Faults of errors: what is refused, with which status, and what the envelope says."""

import re
from collections.abc import Callable

from answering import answer_with, empty_answer, envelope, failure, instead, page_answer, text_answer
from fault import LIST, WRITE, Reply, Request, Wrap, about
from rewriting import (
    Log,
    at_fault,
    forgive,
    is_page,
    rewrite_answer,
    rewrite_error,
    rewrite_query,
    rewrite_request,
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


def _has(status: int) -> Callable[[Request, Reply], bool]:
    return lambda _, reply: reply.status == status


def _blames(*fields: str) -> Callable[[Request, Reply], bool]:
    def blames(request: Request, reply: Reply) -> bool:
        return request.is_list and reply.status == 400 and set(fields) <= set(at_fault(reply))

    return blames


def _read_number(text: str) -> str:
    """Read a number as Python does: with signs, spaces and underscores."""
    try:
        return str(int(text))
    except ValueError:
        return text


def _keep(place: int) -> Wrap:
    def rewrite(request: Request) -> Request:
        pairs = dict(request.pairs() if place else reversed(request.pairs()))
        return request.with_pairs(list(pairs.items()))

    return rewrite_request(rewrite)


def _repeats(request: Request, reply: Reply) -> bool:
    names = [name for name, _ in request.pairs()]
    return request.is_list and reply.status == 400 and len(set(names)) < len(names)


def _drop_unknown(request: Request) -> Request:
    known = ("q", "after_id", "limit", "offset", "coder_session_token")
    return request.with_pairs([pair for pair in request.pairs() if pair[0] in known])


def _add_search(request: Request) -> Request:
    return request.with_query(request.query + b"&q=")


def _problem_json(reply: Reply) -> Reply:
    title = reply.json()["message"]
    document = {"type": "about:blank", "title": title, "status": reply.status}
    return reply.with_json(document).with_header(b"content-type", b"application/problem+json")


def _text(reply: Reply) -> Reply:
    return reply.with_body(reply.json()["message"].encode(), b"text/plain; charset=utf-8")


_REFUSED = (400, 401, 403, 404, 405, 406, 413, 415)
_bad_number = forgive(
    lambda request, reply: _blames("limit")(request, reply) or _blames("offset")(request, reply),
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
        "A 400 names no field.",
        rewrite_error(lambda document: without(document, "validations"), 400),
    ),
    fault(
        "error-validations-empty",
        "An error without fields has an empty list of them.",
        rewrite_error(lambda document: {"validations": [], **document}, *_REFUSED),
    ),
    fault(
        "error-validations-null",
        "An error without fields has null for them.",
        rewrite_error(lambda document: {"validations": None, **document}, *_REFUSED),
    ),
    fault(
        "error-detail-null",
        "An error without a detail has null for it.",
        rewrite_error(lambda document: {"detail": None, **document}, *_REFUSED),
    ),
    fault(
        "error-names-first-problem-only",
        "Only the first of several problems is named.",
        _change_problems(lambda problems: problems[:1]),
    ),
    fault(
        "error-names-last-problem-only",
        "Only the last of several problems is named.",
        _change_problems(lambda problems: problems[-1:]),
    ),
    fault(
        "error-names-each-field-once",
        "Two problems of the same field are named as one.",
        _change_problems(
            lambda problems: list({each["field"]: each for each in reversed(problems)}.values())[::-1]
        ),
    ),
    fault(
        "error-names-the-search",
        "A problem of a search key is named `q`.",
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
        "A field is named in another spelling than the contract's.",
        _change_problems(
            lambda problems: [
                each | {"field": re.sub("_(.)", lambda match: match[1].upper(), each["field"])}
                for each in problems
            ]
        ),
    ),
    fault(
        "limit-problem-named-offset",
        "A bad limit is reported as a bad offset.",
        _change_problems(
            lambda problems: [
                each | {"field": "offset" if each["field"] == "limit" else each["field"]} for each in problems
            ]
        ),
    ),
    fault(
        "problem-without-detail",
        "A problem has no detail.",
        _change_problems(lambda problems: [without(each, "detail") for each in problems]),
    ),
    fault(
        "problems-are-texts",
        "Problems are strings instead of objects.",
        _change_problems(lambda problems: [each["detail"] for each in problems]),
    ),
    fault(
        "error-with-a-code",
        "Errors have a field that the envelope does not know.",
        rewrite_error(lambda document: document | {"code": "invalid"}, *_REFUSED),
    ),
    fault(
        "error-in-a-list",
        "Errors are a list of one envelope.",
        rewrite_error(lambda document: [document], 400),
    ),
    fault(
        "error-is-422",
        "What should be refused with 400 is refused with 422.",
        rewrite_answer(lambda reply: reply._replace(status=422), 400),
    ),
    fault(
        "error-is-500", "The server fails on what should be refused with 400.", rewrite_answer(failure, 400)
    ),
    fault(
        "error-is-200",
        "A bad parameter gives an empty page.",
        instead(lambda request, reply: request.is_list and reply.status == 400, page_answer([], 0)),
    ),
    fault(
        "error-comes-with-200",
        "Errors come with the status 200.",
        rewrite_answer(lambda reply: reply._replace(status=200), 400),
    ),
    fault("error-is-plain-text", "Errors are plain text.", rewrite_answer(_text, *_REFUSED)),
    fault(
        "error-is-problem-json",
        "Errors are problem details by RFC 9457.",
        rewrite_answer(_problem_json, *_REFUSED),
    ),
    fault(
        "error-is-html",
        "Errors are a page of HTML.",
        rewrite_answer(
            lambda reply: text_answer(reply.status, "<html><body>Bad request</body></html>")(reply), 400
        ),
    ),
    fault(
        "error-declared-as-text",
        "Errors are JSON, declared as plain text.",
        rewrite_answer(
            lambda reply: reply.with_header(b"content-type", b"text/plain; charset=utf-8"), *_REFUSED
        ),
    ),
    fault(
        "error-cut-short",
        "The body of an error lacks its last byte.",
        rewrite_answer(lambda reply: reply.with_body(reply.body[:-1]), 400),
    ),
    fault(
        "not-found-is-html",
        "A path that is not known is answered in HTML.",
        rewrite_answer(text_answer(404, "<h1>404</h1>"), 404),
    ),
    fault(
        "not-found-is-the-web-page",
        "A path that is not known is answered with the web page.",
        instead(
            lambda request, reply: reply.status == 404 and request.path not in {LIST, WRITE},
            text_answer(200, "<!doctype html><title>Coder</title>"),
        ),
    ),
    fault(
        "trailing-slash-accepted",
        "A slash behind the path makes no difference.",
        rewrite_request(lambda request: request.moved_to(request.method, request.path.rstrip("/"))),
    ),
    fault(
        "path-case-insensitive",
        "Letter case of the path makes no difference.",
        rewrite_request(lambda request: request.moved_to(request.method, request.path.lower())),
    ),
    fault(
        "wrong-method-allows-another",
        "The header Allow names the method that was refused.",
        rewrite_answer(lambda reply: reply.with_header(b"allow", b"DELETE, GET, PATCH, POST, PUT"), 405),
    ),
    fault(
        "wrong-method-without-envelope",
        "A 405 has no body.",
        rewrite_answer(empty_answer(405), 405),
    ),
    fault(
        "head-answered",
        "HEAD is answered as GET is.",
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
        "POST lists logs as GET does.",
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
        "A request that accepts no JSON gets JSON.",
        rewrite_request(lambda request: request.with_header(b"accept", None)),
    ),
    fault(
        "accept-taken-literally",
        "A request that accepts `application/*` is refused.",
        instead(
            lambda request, reply: is_page(request, reply) and request.header(b"accept") == "application/*",
            envelope(406, "Not acceptable."),
        ),
    ),
    fault(
        "html-for-browsers",
        "A request that accepts HTML beside all else gets HTML.",
        instead(
            lambda request, reply: is_page(request, reply) and "text/html" in request.header(b"accept"),
            text_answer(200, "<!doctype html><table></table>"),
        ),
    ),
    fault(
        "media-type-ignored",
        "A body declared as text is taken for JSON.",
        rewrite_request(
            lambda request: (
                request.with_header(b"content-type", b"application/json") if request.is_write else request
            )
        ),
    ),
    fault(
        "media-type-with-charset-refused",
        "A body declared as JSON in UTF-8 is refused for its charset.",
        answer_with(
            lambda request: request.is_write and "charset" in request.header(b"content-type").lower(),
            envelope(415, "Unsupported media type."),
        ),
    ),
    fault(
        "large-body-is-400",
        "A body of more than 1 MiB is refused with 400.",
        instead(_has(413), envelope(400, "Request body must be valid JSON.")),
    ),
    fault(
        "unknown-parameter-accepted",
        "A parameter that is not known is ignored.",
        forgive(
            lambda request, reply: request.is_list and reply.status == 400, rewrite_request(_drop_unknown)
        ),
    ),
    fault(
        "parameter-names-case-insensitive",
        "Letter case of a parameter's name makes no difference.",
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
        "Of a parameter given twice the first one counts.",
        forgive(_repeats, _keep(0)),
    ),
    fault(
        "last-of-repeated-parameters",
        "Of a parameter given twice the last one counts.",
        forgive(_repeats, _keep(1)),
    ),
    fault(
        "missing-search-accepted",
        "A request without `q` lists all logs.",
        forgive(
            lambda request, reply: (
                request.is_list and reply.status == 400 and "q" not in dict(request.pairs())
            ),
            rewrite_request(_add_search),
        ),
    ),
    fault(
        "negative-limit-is-no-limit",
        "A negative limit counts as none.",
        forgive(
            _blames("limit"),
            rewrite_query("limit", lambda text: None if re.fullmatch(r"-\d+", text) else text),
        ),
    ),
    fault(
        "negative-limit-fails",
        "The server fails on a negative limit.",
        instead(
            lambda request, reply: (
                _blames("limit")(request, reply) and request.first("limit").startswith("-")
            ),
            failure,
        ),
    ),
    fault(
        "negative-offset-is-zero",
        "A negative offset counts as 0.",
        forgive(
            _blames("offset"),
            rewrite_query("offset", lambda text: "0" if re.fullmatch(r"-\d+", text) else text),
        ),
    ),
    fault(
        "negative-offset-fails",
        "The server fails on a negative offset.",
        instead(
            lambda request, reply: (
                _blames("offset")(request, reply) and request.first("offset").startswith("-")
            ),
            failure,
        ),
    ),
    fault("bad-limit-ignored", "A limit that is no number counts as none.", _bad_number),
    fault(
        "bad-offset-ignored",
        "An offset that is no number counts as 0.",
        forgive(_blames("offset"), rewrite_query("offset", lambda text: text if text.isdecimal() else None)),
    ),
    fault(
        "empty-limit-accepted",
        "An empty limit counts as none.",
        forgive(_blames("limit"), rewrite_query("limit", lambda text: text or None)),
    ),
    fault(
        "limit-as-python-reads-it",
        "A limit may have a sign, spaces and underscores.",
        forgive(_blames("limit"), rewrite_query("limit", _read_number)),
    ),
    fault(
        "limit-with-decimals-accepted",
        "Decimals of a limit are cut off.",
        forgive(_blames("limit"), rewrite_query("limit", lambda text: re.sub(r"\.\d+$", "", text))),
    ),
    fault(
        "limit-beyond-31-bits-accepted",
        "A limit above 2147483647 counts as that.",
        forgive(
            _blames("limit"),
            rewrite_query(
                "limit", lambda text: str(min(int(text), (1 << 31) - 1)) if text.isdecimal() else text
            ),
        ),
    ),
    fault(
        "offset-beyond-31-bits-accepted",
        "An offset above 2147483647 counts as that.",
        forgive(
            _blames("offset"),
            rewrite_query(
                "offset", lambda text: str(min(int(text), (1 << 31) - 1)) if text.isdecimal() else text
            ),
        ),
    ),
    fault(
        "offset-beyond-31-bits-fails",
        "The server fails on an offset above 2147483647.",
        instead(
            lambda request, reply: _blames("offset")(request, reply) and request.first("offset").isdecimal(),
            failure,
        ),
    ),
    fault(
        "largest-limit-refused",
        "The limit 2147483647 is refused.",
        instead(
            lambda request, reply: is_page(request, reply) and request.number("limit", 0) == (1 << 31) - 1,
            envelope(400, "Query parameters have invalid values.", "limit"),
        ),
    ),
    fault(
        "limit-zero-refused",
        "A limit of 0 is refused.",
        instead(
            lambda request, reply: is_page(request, reply) and request.number("limit", 1) == 0,
            envelope(400, "Query parameters have invalid values.", "limit"),
        ),
    ),
    fault(
        "limit-zero-fails",
        "The server fails on a limit of 0.",
        instead(lambda request, reply: is_page(request, reply) and request.number("limit", 1) == 0, failure),
    ),
)
