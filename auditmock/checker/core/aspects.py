"""The aspects that checks are grouped by, and why each matters to a client of the API."""

from collections.abc import Mapping

ASPECTS: Mapping[str, str] = {
    "answers": "A client parses what it receives. A field that is missing, has another type or turns up unannounced "
    "breaks generated clients first, and reports that nobody looks at last.",
    "operations": "Requests nobody thought of reach every server. It must answer them with the documented errors and "
    "never with a crash.",
    "rows": "An audit log is evidence. A description that contradicts the action, a link to the wrong thing or a secret "
    "in a diff makes it worthless, or worse.",
    "order": "Readers take the first log for the newest. If the order is wrong or changes between requests, they look "
    "at the wrong event.",
    "paging": "An export walks page by page. A log that is skipped or repeated between pages is missing from the audit, "
    "or counted twice.",
    "cursor": "A cursor exists so that a walk stays complete while new logs arrive.",
    "filters": "A filter that lets too much through hides the log that matters; one that drops a log hides it "
    "altogether.",
    "searches": "Terms are combined in practice. Two filters that work alone can still be wrong together.",
    "language": "A search that is parsed differently than the user meant answers a question nobody asked, and looks "
    "plausible.",
    "errors": "A client can only react to an error that has the documented status and says which field is wrong.",
    "tokens": "Audit logs name people and addresses. Whoever may not read them must get nothing, whatever else is in "
    "the request.",
    "writes": "A log that was accepted must be found, complete and in its place, at once and by every filter.",
}
"""By aspect, in the order of the catalogue."""
