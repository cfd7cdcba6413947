"""Search keys, values and token locations of a contract, for checks that run once for each."""

from itertools import combinations

from auditmock.core.constants import ME
from auditmock.openapi.contract import Contract, SearchKey


def label(part: SearchKey | str) -> str:
    """Return the label of a key or value in test ids."""
    return part if isinstance(part, str) else part.name


def of_types(contract: Contract, *types: str) -> list[SearchKey]:
    """List the search keys of these types, except those that search builds."""
    return [key for key in contract.search.keys.values() if key.type in types and key.finds != "builds"]


def enum_values(contract: Contract) -> list[tuple[SearchKey, str]]:
    return [(key, value) for key in of_types(contract, "enum") for value in key.values]


def build_reasons(contract: Contract) -> list[tuple[SearchKey, str]]:
    """List the keys that search builds with each of their values."""
    keys = (key for key in contract.search.keys.values() if key.finds == "builds")
    return [(key, value) for key in keys for value in key.values]


def name_keys(contract: Contract) -> list[SearchKey]:
    return of_types(contract, "text")


def text_keys(contract: Contract) -> list[SearchKey]:
    return of_types(contract, "text", "uuid")


SQL_WILDCARD, SHELL_WILDCARD = "%", "*"
"""Wildcards of SQL and of shells."""


def unused_values(contract: Contract) -> list[tuple[SearchKey, str]]:
    """List keys of types text and uuid with values that no log has."""
    wild = [*((key, SQL_WILDCARD) for key in name_keys(contract)), (name_keys(contract)[0], SHELL_WILDCARD)]
    mine = [(key, ME) for key in name_keys(contract) if key.name == "email"]
    ids = [(key, "3f9d2c61-58ab-4f0e-9d47-6b1e0a9c7d25") for key in of_types(contract, "uuid")]
    return [*wild, *mine, *ids]


def distant_days(contract: Contract) -> list[tuple[SearchKey, str]]:
    """List date keys with days at the limits of common time representations."""
    far = {"not_before": ("2040-01-01", "9999-12-31")}
    days = [
        (key, far.get(key.match, (first_day(contract), "1969-12-31"))) for key in of_types(contract, "date")
    ]
    return [(key, day) for key, each in days for day in each]


def first_day(contract: Contract) -> str:
    """Return the first day that filters; deployed servers ignore 0001-01-01."""
    return "0001-01-02" if contract.server else "0001-01-01"


def complete_enums(contract: Contract) -> list[SearchKey]:
    """List the enum keys of which every log has a value."""
    schema = contract.schema("AuditLog")["properties"]
    return [key for key in of_types(contract, "enum") if "$ref" in schema.get(key.field, ())]


def key_pairs(contract: Contract) -> list[tuple[SearchKey, SearchKey]]:
    return list(combinations(field_keys(contract), 2))


def field_keys(contract: Contract) -> list[SearchKey]:
    """List the keys that match a field of a log, except dates."""
    return of_types(contract, "enum", "text", "uuid", "organization")


def log_keys(contract: Contract) -> list[SearchKey]:
    return of_types(contract, "enum", "text", "uuid", "date")


def bare_words(contract: Contract) -> list[str]:
    """List the values of the key that bare words stand for."""
    return list(contract.search.keys[contract.search.bare_term].values)


def locations(contract: Contract) -> list[str]:
    return [token_location.label for token_location in contract.token_locations]
