"""The aspects that checks are grouped by, and why each matters to a client of the API."""

from collections.abc import Mapping

ASPECTS: Mapping[str, str] = {
    "responses": (
        "A client parses what it receives. A missing field, a wrong type or an unexpected value "
        "breaks generated clients first, and the reports built on them next."
    ),
    "operations": (
        "Every server receives requests that nobody planned. It must answer them with documented "
        "errors and never with a crash."
    ),
    "fields": (
        "An audit log is evidence. A description that contradicts the action, a link to the wrong "
        "resource or a secret in a diff destroys its value."
    ),
    "consistency": (
        "Investigations connect logs by user, request and resource. Logs that disagree about these "
        "lead to wrong conclusions."
    ),
    "order": (
        "Readers take the first log for the newest. If the order is wrong or changes between "
        "requests, they look at the wrong event."
    ),
    "paging": (
        "An export reads page by page. A log that is skipped or repeated between two pages is "
        "missing from the audit, or counted twice."
    ),
    "cursor": "A cursor exists so that an export stays complete while new logs arrive.",
    "filters": (
        "A filter that returns too much buries the log that matters; one that drops a log hides "
        "it altogether."
    ),
    "combinations": "Users combine terms. Two filters that work alone can still be wrong together.",
    "syntax": (
        "A search that is parsed differently than the user meant answers another question, and "
        "the answer looks plausible."
    ),
    "errors": (
        "A client can react to an error only if it has the documented status and names the wrong field."
    ),
    "auth": (
        "Audit logs name people and addresses. A caller without the right to read them must "
        "receive nothing, whatever else the request contains."
    ),
    "writes": "An accepted log must be found at once, complete, in its place, and by every filter.",
}
"""By aspect, in the order of the catalogue."""
