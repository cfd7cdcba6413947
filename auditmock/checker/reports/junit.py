"""The report for CI: JUnit's XML, names the same from run to run."""

from xml.etree import ElementTree as ET

from auditmock.checker.core.results import Outcome, Result, Results
from auditmock.checker.reports.text import describe_failure

_SUITE = "auditmock"


def write_junit(findings: Results) -> str:
    """Write a suite an aspect, a case a check; and one of the run, if it ended early."""
    root = ET.Element("testsuites", name=_SUITE, time=f"{findings.seconds:.3f}")
    for aspect in findings.aspects:
        cases = [finding for finding in findings.found if finding.check.aspect == aspect]
        counts = {
            "tests": len(cases),
            "failures": sum(case.outcome is Outcome.FAILED for case in cases),
            "skipped": sum(case.outcome in {Outcome.SKIPPED, Outcome.KNOWN} for case in cases),
        }
        suite = ET.SubElement(
            root, "testsuite", {"name": aspect, **{name: str(number) for name, number in counts.items()}}
        )
        for case in cases:
            _add_case(suite, case, findings)
    if findings.ended:
        # a case of its own: tools that read the format know no other place for what is true of the whole
        suite = ET.SubElement(root, "testsuite", name="run", tests="1", errors="1")
        run = ET.SubElement(suite, "testcase", classname=f"{_SUITE}.run", name="ended-early", time="0")
        ET.SubElement(run, "error", message=_plain(findings.verdict))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _add_case(suite: ET.Element, finding: Result, findings: Results) -> None:
    check = finding.check
    seconds = sum(exchange.seconds for exchange in finding.exchanges)
    name = check.full_name.partition("/")[2]
    case = ET.SubElement(
        suite, "testcase", classname=f"{_SUITE}.{check.aspect}", name=_plain(name), time=f"{seconds:.3f}"
    )
    if finding.outcome is Outcome.FAILED:
        failure = ET.SubElement(case, "failure", message=_plain(check.sentence))
        failure.text = _plain("\n".join(describe_failure(finding, findings)))
    elif finding.outcome is Outcome.KNOWN:
        ET.SubElement(case, "skipped", message="known to fail")
    elif finding.outcome is Outcome.SKIPPED:
        ET.SubElement(case, "skipped", message=_plain(finding.reason))


def _plain(text: str) -> str:
    """Write what XML has no place for by its escapes."""
    return "".join(
        letter
        if letter in "\t\n"
        or (letter >= " " and not "\ud800" <= letter <= "\udfff" and letter < "\ufffe")
        or letter > "\uffff"
        else f"\\u{ord(letter):04x}"
        for letter in text
    )
