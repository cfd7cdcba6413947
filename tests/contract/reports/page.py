"""A stub, until the page is there."""

from auditmock.contract.findings import Findings
from auditmock.openapi import Contract


def write_page(findings: Findings, contract: Contract) -> str:
    """Write nothing yet."""
    return f"{findings.verdict} {contract.version}"
