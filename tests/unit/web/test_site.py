"""Rules of the documentation: what its paths answer, and that they answer nothing else."""

import re

import orjson
import pytest
from doc_sites import CONTRACT, ask

PATHS = (
    "/docs",
    "/docs/scalar.js",
    "/docs/drift",
    "/docs/coder-server",
    "/openapi.yaml",
    "/openapi.json",
    "/favicon.svg",
    "/favicon.ico",
)

every_path = pytest.mark.parametrize("path", PATHS)


def test_the_yaml_is_the_contract_as_written() -> None:
    """Not one byte of `openapi.yaml` changes on its way."""
    answer = ask("/openapi.yaml")

    assert answer.content == CONTRACT.text.encode()
    assert answer.headers["content-type"] == "application/yaml"


def test_the_json_is_the_same_document() -> None:
    """Nothing is added to the contract, nothing left out, nothing reordered, no space wasted."""
    answer = ask("/openapi.json")

    assert answer.content == orjson.dumps(CONTRACT.document)
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("path", ["/", "/docs/"])
def test_the_page_is_found_from_nearby(path: str) -> None:
    """The root leads to the page, and so does its path with a slash too many."""
    answer = ask(path)

    assert (answer.status_code, answer.headers["location"]) == (307, "/docs")


def test_the_page_has_the_token() -> None:
    """The token is on the page, and cannot break out of its place."""
    assert 'data-token="a-&#34;token&#34;&lt;/script&gt;"' in ask("/docs").text


def test_the_page_names_nothing_outside() -> None:
    """Whatever the page's own text loads or links to is on this server."""
    page = ask("/docs").text

    assert set(re.findall(r'(?:src|href)="([^"]*)"', page)) <= set(PATHS)
    assert "://" not in page


@pytest.mark.parametrize("accepted", ["gzip", "br, GZIP;q=0.5", "*", "gzip; q=1.0"])
def test_the_script_travels_compressed(accepted: str) -> None:
    """Who takes gzip gets the bytes of the package as they are."""
    answer = ask("/docs/scalar.js", accept_encoding=accepted)

    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) * 3 < len(answer.content)


@pytest.mark.parametrize("accepted", ["identity", "gzip;q=0", "*;q=0.0", "br", "gzip;q=0.000, *", ""])
def test_the_script_is_unpacked_for_others(accepted: str) -> None:
    """Who takes no gzip gets the same script in plain."""
    answer = ask("/docs/scalar.js", accept_encoding=accepted)

    assert "content-encoding" not in answer.headers
    assert answer.content == ask("/docs/scalar.js", accept_encoding="gzip").content


def test_encodings_have_tags_of_their_own() -> None:
    """A strong tag names bytes, so the compressed script and the plain one differ in it."""
    assert (
        ask("/docs/scalar.js", accept_encoding="gzip").headers["etag"]
        != ask("/docs/scalar.js").headers["etag"]
    )


@every_path
@pytest.mark.parametrize("known", ["{}", "W/{}", '"other", {}', "*"])
def test_what_is_known_is_not_sent_again(path: str, known: str) -> None:
    """304 without a body answers a client that has the document, however it says so."""
    etag = ask(path).headers["etag"]

    answer = ask(path, if_none_match=known.format(etag))

    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)


@every_path
def test_another_tag_is_not_known(path: str) -> None:
    """A tag of other bytes, or a piece of the right one, gets the document."""
    etag = ask(path).headers["etag"]

    assert ask(path, if_none_match=f'"other", {etag[:-2]}"').status_code == 200


@every_path
def test_documents_are_asked_for_again(path: str) -> None:
    """A client may keep a document but not use it unasked, so that an upgrade shows at once."""
    assert ask(path).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", [*PATHS, "/"])
def test_head_is_get_without_the_body(path: str) -> None:
    """HEAD has the status and the headers of GET."""
    head, get = ask(path, "HEAD"), ask(path)

    assert (head.status_code, head.headers, head.content) == (get.status_code, get.headers, b"")


@pytest.mark.parametrize("path", [*PATHS, "/"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(path: str, method: str) -> None:
    """405 in the envelope of every error, with the methods there are."""
    answer = ask(path, method)

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.json() == {"message": "Method not allowed.", "detail": f"{path} supports GET, HEAD."}


@pytest.mark.parametrize("path", ["/api/v2/audit?q=", "/docs/other", "/openapi.yml", "/DOCS"])
def test_all_else_goes_to_the_app(path: str) -> None:
    """The site answers its own paths only."""
    assert ask(path).content == b"from behind"


def test_the_favicon_is_a_picture() -> None:
    """Both names give the SVG."""
    assert ask("/favicon.ico").content == ask("/favicon.svg").content
    assert ask("/favicon.svg").headers["content-type"] == "image/svg+xml"
