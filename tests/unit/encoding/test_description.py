"""Descriptions and links match Coder's (reference 11.3, 11.4)."""

import pytest
from histories import CONTRACT, DESCRIPTIONS

FACTS = {"resource_target": "dev", "workspace_owner": "bruno", "workspace_name": "work", "build_number": "3"}


@pytest.mark.parametrize(
    ("action", "resource_type", "build_number", "description"),
    [
        ("create", "workspace", "", "{user} created workspace {target}"),
        ("write", "user", "", "{user} updated user {target}"),
        ("delete", "template", "", "{user} deleted template {target}"),
        ("create", "template_version", "", "{user} created template version {target}"),
        ("start", "workspace_build", "3", "{user} started build #3 for workspace {target}"),
        ("stop", "workspace_build", "", "{user} stopped build for workspace {target}"),
        ("write", "workspace_build", "", "{user} updated build for workspace {target}"),
        ("delete", "workspace_build", "", "{user} deleted workspace {target}"),
        ("delete", "workspace_build", "3", "{user} deleted workspace {target}"),
        ("write", "git_ssh_key", "", "{user} updated the git ssh key"),
        ("write", "api_key", "", "{user} updated api key {target}"),
        ("start", "user", "", "{user} started user {target}"),
        ("create", "organization", "", "{user} created organization {target}"),
        ("create", "group", "", "{user} created group {target}"),
    ],
)
def test_description_matches_coders(
    action: str, resource_type: str, build_number: str, description: str
) -> None:
    """A description is Coder's sentence, with its placeholders."""
    assert DESCRIPTIONS.describe(action, resource_type, build_number) == description


@pytest.mark.parametrize("action", CONTRACT.enum("AuditAction"))
@pytest.mark.parametrize("resource_type", CONTRACT.enum("ResourceType"))
def test_every_combination_has_a_description(action: str, resource_type: str) -> None:
    """Any action on any type has a description without unfilled fields."""
    description = DESCRIPTIONS.describe(action, resource_type)

    assert description.startswith("{user} ")
    assert "<" not in description


@pytest.mark.parametrize(
    ("resource_type", "link"),
    [
        ("template", "/templates/dev"),
        ("user", "/users?filter=dev"),
        ("workspace", "/@bruno/dev"),
        ("workspace_build", "/@bruno/work/builds/3"),
        *((kind, "") for kind in ("organization", "template_version", "git_ssh_key", "api_key", "group")),
    ],
)
def test_link_matches_coders(resource_type: str, link: str) -> None:
    """A link is the path of Coder's page of the resource, or empty for types without one."""
    assert DESCRIPTIONS.link(resource_type, FACTS) == link


@pytest.mark.parametrize("unknown", ["workspace_owner", "workspace_name", "build_number"])
def test_link_without_all_fields_is_empty(unknown: str) -> None:
    """If a field of the link is missing, the link is empty."""
    facts = {name: value for name, value in FACTS.items() if name != unknown}

    assert DESCRIPTIONS.link("workspace_build", facts) == ""


def test_deletable_types_match_coders() -> None:
    """`is_deleted` is looked up for these types only (reference 11.5)."""
    assert {"template", "user", "workspace", "workspace_build"} == DESCRIPTIONS.deletable
