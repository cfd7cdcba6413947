"""Faults of `count`."""

from fault import Request, about
from listing import Find, replace_count
from rewriting import rewrite_page, without
from terms import read_terms, write_terms

fault = about("count")


async def _count_all(find: Find, _: Request) -> int:
    return len(await find(""))


async def _count_without_dates(find: Find, request: Request) -> int:
    terms = [term for term in read_terms(request.first("q")) if not term.key.startswith("date_")]
    return len(await find(write_terms(terms)))


async def _count_roles(find: Find, request: Request) -> int:
    logs = await find(request.first("q"))
    return sum(max(len((log["user"] or {}).get("roles", ())), 1) for log in logs)


async def _count_resources(find: Find, request: Request) -> int:
    return len({log["resource_id"] for log in await find(request.first("q"))})


FAULTS = (
    fault(
        "count-of-the-page",
        "`count` is the number of logs on the page.",
        rewrite_page(lambda page, _: page | {"count": len(page["audit_logs"])}),
    ),
    fault("count-of-everything", "`count` ignores the search.", replace_count(_count_all)),
    fault(
        "count-capped-at-1000",
        "`count` is at most 1000.",
        rewrite_page(lambda page, _: page | {"count": min(page["count"], 1000)}),
    ),
    fault(
        "count-rounded-above-2000",
        "A count above 2000 is rounded to hundreds.",
        rewrite_page(
            lambda page, _: page | {"count": round(page["count"] + 50, -2)} if page["count"] > 2000 else page
        ),
    ),
    fault(
        "count-of-a-search-one-short",
        "The count of a search is one too small.",
        rewrite_page(
            lambda page, request: (
                page | {"count": max(page["count"] - 1, 0)} if request.first("q").strip() else page
            )
        ),
    ),
    fault(
        "count-zero-past-the-end",
        "The count of a page past the end is 0.",
        rewrite_page(lambda page, _: page if page["audit_logs"] else page | {"count": 0}),
    ),
    fault(
        "count-starts-at-the-offset",
        "The count excludes the logs that the offset skips.",
        rewrite_page(
            lambda page, request: page | {"count": max(page["count"] - request.number("offset", 0), 0)}
        ),
    ),
    fault(
        "count-ends-with-the-page",
        "The count includes the logs up to the end of the page only.",
        rewrite_page(
            lambda page, request: (
                page | {"count": min(page["count"], request.number("offset", 0) + len(page["audit_logs"]))}
            )
        ),
    ),
    fault(
        "count-of-the-page-with-a-cursor",
        "With a cursor, `count` is the number of logs on the page.",
        rewrite_page(
            lambda page, request: (
                page | {"count": len(page["audit_logs"])} if request.first("after_id") else page
            )
        ),
    ),
    fault(
        "count-is-text",
        "The count is a string.",
        rewrite_page(lambda page, _: page | {"count": str(page["count"])}),
    ),
    fault("count-missing", "A page has no `count`.", rewrite_page(lambda page, _: without(page, "count"))),
    fault(
        "count-omitted-when-zero",
        "A count of 0 is omitted.",
        rewrite_page(lambda page, _: page if page["count"] else without(page, "count")),
    ),
    fault("count-ignores-dates", "`count` ignores date filters.", replace_count(_count_without_dates)),
    fault("count-of-roles", "`count` includes a log once per role of its user.", replace_count(_count_roles)),
    fault(
        "count-of-resources", "`count` is the number of distinct resources.", replace_count(_count_resources)
    ),
)
