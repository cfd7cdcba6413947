"""Rules of the documentation: what its paths answer, and that they answer nothing else."""

import re

import orjson
import pytest
from doc_sites import CONTRACT, send_request

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
    response = send_request("/openapi.yaml")

    assert response.content == CONTRACT.text.encode()
    assert response.headers["content-type"] == "application/yaml"


def test_the_json_is_the_same_document() -> None:
    """Nothing is added to the contract, nothing left out, nothing reordered, no space wasted."""
    response = send_request("/openapi.json")

    assert response.content == orjson.dumps(CONTRACT.document)
    assert response.headers["content-type"] == "application/json"


@pytest.mark.parametrize("path", ["/", "/docs/"])
def test_the_page_is_found_from_nearby(path: str) -> None:
    """The root leads to the page, and so does its path with a slash too many."""
    response = send_request(path)

    assert (response.status_code, response.headers["location"]) == (307, "/docs")


def test_the_page_has_the_token() -> None:
    """The token is on the page, and cannot break out of its place."""
    assert 'data-token="a-&#34;token&#34;&lt;/script&gt;"' in send_request("/docs").text


def test_the_page_names_nothing_outside() -> None:
    """Whatever the page's own text loads or links to is on this server."""
    page = send_request("/docs").text

    assert set(re.findall(r'(?:src|href)="([^"]*)"', page)) <= set(PATHS)
    assert "://" not in page


@pytest.mark.parametrize("accepted", ["gzip", "br, GZIP;q=0.5", "*", "gzip; q=1.0"])
def test_the_script_travels_compressed(accepted: str) -> None:
    """Who takes gzip gets the bytes of the package as they are."""
    response = send_request("/docs/scalar.js", accept_encoding=accepted)

    assert response.headers["content-encoding"] == "gzip"
    assert int(response.headers["content-length"]) * 3 < len(response.content)


@pytest.mark.parametrize("accepted", ["identity", "gzip;q=0", "*;q=0.0", "br", "gzip;q=0.000, *", ""])
def test_the_script_is_unpacked_for_others(accepted: str) -> None:
    """Who takes no gzip gets the same script in plain."""
    response = send_request("/docs/scalar.js", accept_encoding=accepted)

    assert "content-encoding" not in response.headers
    assert response.content == send_request("/docs/scalar.js", accept_encoding="gzip").content


def test_encodings_have_tags_of_their_own() -> None:
    """A strong tag names bytes, so the compressed script and the plain one differ in it."""
    assert (
        send_request("/docs/scalar.js", accept_encoding="gzip").headers["etag"]
        != send_request("/docs/scalar.js").headers["etag"]
    )


@every_path
@pytest.mark.parametrize("known", ["{}", "W/{}", '"other", {}', "*"])
def test_what_is_known_is_not_sent_again(path: str, known: str) -> None:
    """304 without a body answers a client that has the document, however it says so."""
    etag = send_request(path).headers["etag"]

    response = send_request(path, if_none_match=known.format(etag))

    assert (response.status_code, response.content, response.headers["etag"]) == (304, b"", etag)


@every_path
def test_another_tag_is_not_known(path: str) -> None:
    """A tag of other bytes, or a piece of the right one, gets the document."""
    etag = send_request(path).headers["etag"]

    assert send_request(path, if_none_match=f'"other", {etag[:-2]}"').status_code == 200


@every_path
def test_documents_are_asked_for_again(path: str) -> None:
    """A client may keep a document but not use it unasked, so that an upgrade shows at once."""
    assert send_request(path).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", [*PATHS, "/"])
def test_head_is_get_without_the_body(path: str) -> None:
    """HEAD has the status and the headers of GET."""
    head, get = send_request(path, "HEAD"), send_request(path)

    assert (head.status_code, head.headers, head.content) == (get.status_code, get.headers, b"")


@pytest.mark.parametrize("path", [*PATHS, "/"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(path: str, method: str) -> None:
    """405 in the envelope of every error, with the methods there are."""
    response = send_request(path, method)

    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")
    assert response.json() == {"message": "Method not allowed.", "detail": f"{path} supports GET, HEAD."}


@pytest.mark.parametrize("path", ["/api/v2/audit?q=", "/docs/other", "/openapi.yml", "/DOCS"])
def test_all_else_goes_to_the_app(path: str) -> None:
    """The site answers its own paths only."""
    assert send_request(path).content == b"from behind"


def test_the_favicon_is_a_picture() -> None:
    """Both names give the SVG."""
    assert send_request("/favicon.ico").content == send_request("/favicon.svg").content
    assert send_request("/favicon.svg").headers["content-type"] == "image/svg+xml"
