"""Constants of Coder's API and of the mock's headers."""

NIL_UUID = "00000000-0000-0000-0000-000000000000"
"""Means an absent ID (reference 12.1), no organization or no request (10.1, 12.4)."""

ZERO_TIME = "0001-01-01T00:00:00Z"
"""Means an absent time (reference 12.1) or never (10.2)."""

JSON_TYPE = "application/json; charset=utf-8"
"""`Content-Type` of every body the API sends (reference 3)."""

REQUEST_ID_HEADER = "X-Coder-Request-Id"
BUILD_VERSION_HEADER = "X-Coder-Build-Version"
HINT_HEADER = "X-Mock-Hint"
"""Ignored parts of the search; only the mock sends it."""
MOCK_REQUEST_HEADER = "X-Mock-Request"
"""The number of a request in the request log; only the mock sends it."""

ME = "me"
"""In `username:me`, the caller (reference 9.3)."""

USER_AGENT_LIMIT = 256
"""Characters kept of a `User-Agent` (reference 10.1)."""
