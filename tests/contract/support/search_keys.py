"""The search keys and token places of a contract, as checks are judged once for each of them."""

from itertools import combinations

from auditmock.core.constants import ME
from auditmock.openapi.contract import Contract, SearchKey


def named(part: SearchKey | str) -> str:
    """Name a key or a value in the id of a test."""
    return part if isinstance(part, str) else part.name


def of_types(contract: Contract, *types: str) -> list[SearchKey]:
    """List the search keys of these types, but those that look beyond the logs."""
    return [key for key in contract.search.keys.values() if key.type in types and key.finds != "builds"]


def enums(contract: Contract) -> list[tuple[SearchKey, str]]:
    """List all values of all keys that have a list."""
    return [(key, value) for key in of_types(contract, "enum") for value in key.values]


def reasons(contract: Contract) -> list[tuple[SearchKey, str]]:
    """List all values of keys that look at builds."""
    keys = (key for key in contract.search.keys.values() if key.finds == "builds")
    return [(key, value) for key in keys for value in key.values]


def names(contract: Contract) -> list[SearchKey]:
    """List the keys of names."""
    return of_types(contract, "text")


def words(contract: Contract) -> list[SearchKey]:
    """List the keys of names and ids."""
    return of_types(contract, "text", "uuid")


ANYTHING, ANY = "%", "*"
"""What stands for other letters, in databases and in shells."""


def absent(contract: Contract) -> list[tuple[SearchKey, str]]:
    """List values that no log has, for the keys of names and ids."""
    wild = [*((key, ANYTHING) for key in names(contract)), (names(contract)[0], ANY)]
    mine = [(key, ME) for key in names(contract) if key.name == "email"]
    ids = [(key, "3f9d2c61-58ab-4f0e-9d47-6b1e0a9c7d25") for key in of_types(contract, "uuid")]
    return [*wild, *mine, *ids]


def far_days(contract: Contract) -> list[tuple[SearchKey, str]]:
    """List days that most clocks do not know: where seconds or nanoseconds of some size begin or end."""
    far = {"not_before": ("2040-01-01", "9999-12-31")}
    days = [
        (key, far.get(key.match, (first_day(contract), "1969-12-31"))) for key in of_types(contract, "date")
    ]
    return [(key, day) for key, each in days for day in each]


def first_day(contract: Contract) -> str:
    """Give the first day that bounds anything: to deployed servers the first of all is no day."""
    return "0001-01-02" if contract.server else "0001-01-01"


def lists_of_all_logs(contract: Contract) -> list[SearchKey]:
    """List the keys of which every log has a value, each listed."""
    schema = contract.schema("AuditLog")["properties"]
    return [key for key in of_types(contract, "enum") if "$ref" in schema.get(key.field, ())]


def pairs(contract: Contract) -> list[tuple[SearchKey, SearchKey]]:
    """List all pairs of keys, but those of days."""
    return list(combinations(fields(contract), 2))


def fields(contract: Contract) -> list[SearchKey]:
    """List the keys that look at a field of a log, but those of days."""
    return of_types(contract, "enum", "text", "uuid", "organization")


def plain(contract: Contract) -> list[SearchKey]:
    """List the keys that look at nothing but a log."""
    return of_types(contract, "enum", "text", "uuid", "date")


def bare(contract: Contract) -> list[str]:
    """List what a term without a key may be."""
    return list(contract.search.keys[contract.search.bare_term].values)


def places(contract: Contract) -> list[str]:
    """List the places of the token."""
    return [token_location.label for token_location in contract.token_locations]
