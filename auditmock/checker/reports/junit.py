"""The JUnit XML report, for CI; names are stable between runs."""

from xml.etree import ElementTree as ET

from auditmock.checker.core.results import Outcome, Result, Results
from auditmock.checker.reports.text import describe_failure

_SUITE = "auditmock"


def write_junit(results: Results) -> str:
    """Return a test suite for each aspect with a test case for each check, and one for an aborted run."""
    root = ET.Element("testsuites", name=_SUITE, time=f"{results.seconds:.3f}")
    for aspect in results.aspects:
        cases = [result for result in results.found if result.check.aspect == aspect]
        counts = {
            "tests": len(cases),
            "failures": sum(case.outcome is Outcome.FAILED for case in cases),
            "skipped": sum(case.outcome in {Outcome.SKIPPED, Outcome.KNOWN} for case in cases),
        }
        suite = ET.SubElement(
            root, "testsuite", {"name": aspect, **{name: str(number) for name, number in counts.items()}}
        )
        for case in cases:
            _add_case(suite, case, results)
    if results.ended:
        # a separate case, because the format has no other place for errors of the whole run
        suite = ET.SubElement(root, "testsuite", name="run", tests="1", errors="1")
        run = ET.SubElement(suite, "testcase", classname=f"{_SUITE}.run", name="ended-early", time="0")
        ET.SubElement(run, "error", message=_plain(results.summary))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _add_case(suite: ET.Element, result: Result, results: Results) -> None:
    check = result.check
    seconds = sum(exchange.seconds for exchange in result.exchanges)
    name = check.full_name.partition("/")[2]
    case = ET.SubElement(
        suite, "testcase", classname=f"{_SUITE}.{check.aspect}", name=_plain(name), time=f"{seconds:.3f}"
    )
    if result.outcome is Outcome.FAILED:
        failure = ET.SubElement(case, "failure", message=_plain(check.sentence))
        failure.text = _plain("\n".join(describe_failure(result, results)))
    elif result.outcome is Outcome.KNOWN:
        ET.SubElement(case, "skipped", message="known failure")
    elif result.outcome is Outcome.SKIPPED:
        ET.SubElement(case, "skipped", message=_plain(result.reason))


def _plain(text: str) -> str:
    """Escape characters that XML cannot contain."""
    return "".join(
        letter
        if letter in "\t\n"
        or (letter >= " " and not "\ud800" <= letter <= "\udfff" and letter < "\ufffe")
        or letter > "\uffff"
        else f"\\u{ord(letter):04x}"
        for letter in text
    )
