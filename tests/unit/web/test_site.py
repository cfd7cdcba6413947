"""Documentation site: its paths, headers and methods."""

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


def test_yaml_is_the_contract() -> None:
    """`/openapi.yaml` is the contract byte for byte."""
    response = send_request("/openapi.yaml")

    assert response.content == CONTRACT.text.encode()
    assert response.headers["content-type"] == "application/yaml"


def test_json_is_the_same_document() -> None:
    """`/openapi.json` is the same document, compact, in the same order."""
    response = send_request("/openapi.json")

    assert response.content == orjson.dumps(CONTRACT.document)
    assert response.headers["content-type"] == "application/json"


@pytest.mark.parametrize("path", ["/", "/docs/"])
def test_nearby_paths_redirect_to_the_page(path: str) -> None:
    """The root, and the path with a trailing slash, redirect to the page."""
    response = send_request(path)

    assert (response.status_code, response.headers["location"]) == (307, "/docs")


def test_token_is_escaped_in_the_page() -> None:
    """The token is in the page, escaped."""
    assert 'data-token="a-&#34;token&#34;&lt;/script&gt;"' in send_request("/docs").text


def test_page_links_only_own_files() -> None:
    """The page loads and links only files of this server."""
    page = send_request("/docs").text

    assert set(re.findall(r'(?:src|href)="([^"]*)"', page)) <= set(PATHS)
    assert "://" not in page


@pytest.mark.parametrize("accepted", ["gzip", "br, GZIP;q=0.5", "*", "gzip; q=1.0"])
def test_script_is_compressed(accepted: str) -> None:
    """A client that accepts gzip gets the compressed script."""
    response = send_request("/docs/scalar.js", accept_encoding=accepted)

    assert response.headers["content-encoding"] == "gzip"
    assert int(response.headers["content-length"]) * 3 < len(response.content)


@pytest.mark.parametrize("accepted", ["identity", "gzip;q=0", "*;q=0.0", "br", "gzip;q=0.000, *", ""])
def test_script_is_plain_without_gzip(accepted: str) -> None:
    """A client that does not accept gzip gets the plain script."""
    response = send_request("/docs/scalar.js", accept_encoding=accepted)

    assert "content-encoding" not in response.headers
    assert response.content == send_request("/docs/scalar.js", accept_encoding="gzip").content


def test_encodings_have_different_etags() -> None:
    """The compressed and the plain script have different ETags."""
    assert (
        send_request("/docs/scalar.js", accept_encoding="gzip").headers["etag"]
        != send_request("/docs/scalar.js").headers["etag"]
    )


@every_path
@pytest.mark.parametrize("known", ["{}", "W/{}", '"other", {}', "*"])
def test_known_document_gets_a_304(path: str, known: str) -> None:
    """A client with the current ETag gets a 304 without a body."""
    etag = send_request(path).headers["etag"]

    response = send_request(path, if_none_match=known.format(etag))

    assert (response.status_code, response.content, response.headers["etag"]) == (304, b"", etag)


@every_path
def test_other_etag_gets_the_document(path: str) -> None:
    """A client with another ETag gets the document."""
    etag = send_request(path).headers["etag"]

    assert send_request(path, if_none_match=f'"other", {etag[:-2]}"').status_code == 200


@every_path
def test_documents_are_revalidated(path: str) -> None:
    """Documents are cached with revalidation, so upgrades show at once."""
    assert send_request(path).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", [*PATHS, "/"])
def test_head_equals_get_without_body(path: str) -> None:
    """HEAD has the status and headers of GET."""
    head, get = send_request(path, "HEAD"), send_request(path)

    assert (head.status_code, head.headers, head.content) == (get.status_code, get.headers, b"")


@pytest.mark.parametrize("path", [*PATHS, "/"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_rejected(path: str, method: str) -> None:
    """Other methods get a 405 with the envelope and `Allow`."""
    response = send_request(path, method)

    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")
    assert response.json() == {"message": "Method not allowed.", "detail": f"{path} supports GET, HEAD."}


@pytest.mark.parametrize("path", ["/api/v2/audit?q=", "/docs/other", "/openapi.yml", "/DOCS"])
def test_other_paths_go_to_the_app(path: str) -> None:
    """Other paths are passed to the app."""
    assert send_request(path).content == b"from behind"


def test_favicon_is_svg() -> None:
    """Both favicon paths serve the SVG."""
    assert send_request("/favicon.ico").content == send_request("/favicon.svg").content
    assert send_request("/favicon.svg").headers["content-type"] == "image/svg+xml"
