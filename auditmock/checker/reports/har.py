"""The HAR report: HTTP Archive 1.2, without tokens."""

import base64
import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from auditmock.checker.core.exchange import Exchange
from auditmock.checker.core.results import Results
from auditmock.version import VERSION

_UNKNOWN = -1
"""HAR's value for unknown sizes."""


def write_har(results: Results) -> str:
    creator = {"name": "auditmock", "version": VERSION}
    log = {
        "version": "1.2",
        "creator": creator,
        "entries": list(_entries(results)),
        "comment": f"{results.base_url} {results.summary}",
    }
    return json.dumps({"log": log}, indent=1) + "\n"


def _entries(results: Results) -> Iterator[dict[str, Any]]:
    for exchange in results.preflight:
        yield _entry(exchange, results, "preflight")
    for result in results.found:
        for exchange in result.exchanges:
            yield _entry(exchange, results, result.check.full_name)


def _entry(exchange: Exchange, results: Results, comment: str) -> dict[str, Any]:
    milliseconds = round(exchange.seconds * 1000, 3)
    return {
        "startedDateTime": exchange.sent,
        "time": milliseconds,
        "request": _request(exchange, results.base_url),
        "response": _response(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "comment": comment,
    }


def _request(exchange: Exchange, base_url: str) -> dict[str, Any]:
    request = exchange.request
    header, parameter = request.carry(request.sender)
    url = base_url + request.target
    if parameter:
        url += "{}{}={}".format("&" if "?" in url else "?", *parameter)
    headers = {**request.headers, **dict([header] if header else ())}
    written: dict[str, Any] = {
        "method": request.method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(headers.items()),
        "queryString": _pairs(parse_qsl(urlsplit(url).query, keep_blank_values=True)),
        "headersSize": _UNKNOWN,
        "bodySize": len(request.body or b""),
    }
    if request.body is not None:
        media_type = request.headers.get("Content-Type", "")
        written["postData"] = {
            "mimeType": media_type,
            "params": [],
            "text": request.body.decode(errors="replace"),
        }
    return written


def _response(exchange: Exchange) -> dict[str, Any]:
    try:
        phrase = HTTPStatus(exchange.status).phrase
    except ValueError:
        phrase = ""
    return {
        "status": exchange.status,
        "statusText": phrase,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(exchange.headers.items()),
        "content": _content(exchange),
        "redirectURL": exchange.headers.get("location", ""),
        "headersSize": _UNKNOWN,
        "bodySize": exchange.size,
    }


def _content(exchange: Exchange) -> dict[str, Any]:
    content: dict[str, Any] = {"size": exchange.size, "mimeType": exchange.headers.get("content-type", "")}
    try:
        return {**content, "text": exchange.body.decode()}
    except UnicodeDecodeError:
        return {**content, "text": base64.b64encode(exchange.body).decode(), "encoding": "base64"}


def _pairs(pairs: Any) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]
