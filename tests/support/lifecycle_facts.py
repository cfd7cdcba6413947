"""Rules of the reference for the logs of each kind of release, as expectations for histories."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from auditmock.fixtures.history.history_config import LifecycleTables, choose_lifecycles
from auditmock.openapi.contract import Contract
from auditmock.openapi.releases import open_release


@dataclass(frozen=True, eq=False)
class Case:
    """Expectations for a set of lifecycles: a release that uses it, and the rules of the reference.

    `succeeds` has the success statuses by type and action, `tracked` the tracked fields by type, and `empty`
    the types and actions that succeed with an empty diff.
    """

    release: str
    succeeds: Mapping[tuple[str, str], set[int]]
    tracked: Mapping[str, set[str]]
    empty: frozenset[tuple[str, str]] = frozenset()

    @cached_property
    def contract(self) -> Contract:
        """The contract of the release."""
        return open_release(self.release)

    @cached_property
    def tables(self) -> LifecycleTables:
        """The lifecycles of the release."""
        return choose_lifecycles(self.contract)

    @property
    def types(self) -> set[str]:
        """The resource types with logs."""
        return {resource_type for resource_type, _ in self.succeeds}

    @property
    def born(self) -> list[str]:
        """The types that are created and have their own ids."""
        return sorted(
            name for name, action in self.succeeds if action == "create" and "id" in self.tracked[name]
        )


def _all(statuses: set[int], *actions: str, of: str) -> dict[tuple[str, str], set[int]]:
    return {(name, action): statuses for name in of.split() for action in actions}


BASIC = Case(
    "documented",
    {
        **_all({201}, "create", of="user template template_version workspace group"),
        **_all({200}, "write", of="git_ssh_key group"),
        **_all({200}, "delete", of="user template group"),
        **_all({200, 500}, "start", "stop", "delete", of="workspace_build"),
        ("user", "write"): {200, 204},
        ("template", "write"): {200, 304},
        ("template_version", "write"): {201},
        ("workspace", "write"): {204},
    },
    {
        "workspace": {"id", "owner_id", "template_id", "name", "autostart_schedule", "ttl"},
        "template": {
            *("id", "name", "display_name", "provisioner", "active_version_id", "description", "icon"),
            *("default_ttl", "min_autostart_interval", "created_by", "is_private", "group_acl", "user_acl"),
            "allow_user_cancel_workspace_jobs",
        },
        "template_version": {"id", "template_id", "name", "readme", "created_by"},
        "user": {"id", "email", "username", "status", "rbac_roles", "deleted", "hashed_password"},
        "git_ssh_key": {"user_id", "public_key", "private_key"},
        "group": {"id", "name", "avatar_url", "quota_allowance"},
        "workspace_build": set(),
    },
    frozenset({("workspace_build", action) for action in ("start", "stop", "delete")}),
)
"""Reference 13.1 and 13.2."""

_MADE = (
    "organization workspace_proxy oauth2_provider_app user_secret user_skill ai_provider template group task "
    "workspace chat user"
)
_SETTINGS = (
    "health_settings notifications_settings prebuilds_settings notification_template "
    "idp_sync_settings_organization idp_sync_settings_group idp_sync_settings_role"
)

CURRENT = Case(
    "v2.35",
    {
        **_all({201}, "create", of=_MADE),
        **_all({201}, "create", of="template_version license oauth2_provider_app_secret ai_provider_key"),
        **_all({201}, "create", of="ai_gateway_key api_key convert_login ai_seat"),
        **_all({200}, "create", of="custom_role organization_member"),
        **_all(
            {200},
            "write",
            of="git_ssh_key group organization workspace_proxy oauth2_provider_app custom_role",
        ),
        **_all({200}, "write", of="user_secret user_skill ai_provider organization_member api_key"),
        **_all({200}, "write", of="group_ai_budget user_ai_budget_override"),
        **_all({200}, "write", of=_SETTINGS),
        **_all({200}, "delete", of="user template group organization license workspace_proxy"),
        **_all({204}, "delete", of="oauth2_provider_app oauth2_provider_app_secret user_secret user_skill"),
        **_all(
            {204}, "delete", of="ai_provider ai_provider_key ai_gateway_key custom_role organization_member"
        ),
        **_all({204}, "delete", of="api_key group_ai_budget user_ai_budget_override"),
        **_all({200, 500}, "start", "stop", "delete", of="workspace_build"),
        ("api_key", "login"): {201, 307, 401},
        ("api_key", "logout"): {200},
        ("api_key", "register"): {307},
        ("user", "request_password_reset"): {204},
        ("user", "create"): {200, 201},
        ("user", "write"): {200, 204},
        ("template", "write"): {200, 304},
        ("template_version", "write"): {201},
        ("workspace", "write"): {200, 204},
        ("task", "write"): {204},
        ("task", "delete"): {202},
        ("chat", "write"): {200, 204},
    },
    {
        "template": {
            *("id", "name", "display_name", "provisioner", "active_version_id", "description", "icon"),
            *("default_ttl", "autostart_block_days_of_week", "autostop_requirement_days_of_week"),
            *("autostop_requirement_weeks", "created_by", "group_acl", "user_acl", "allow_user_autostart"),
            *("allow_user_autostop", "allow_user_cancel_workspace_jobs", "failure_ttl", "time_til_dormant"),
            *("time_til_dormant_autodelete", "time_til_autostop_notify", "require_active_version"),
            *("deprecated", "max_port_sharing_level", "activity_bump", "use_classic_parameter_flow"),
            *("cors_behavior", "disable_module_cache"),
        },
        "template_version": {"id", "template_id", "name", "readme", "created_by", "archived"},
        "user": {
            *("id", "email", "username", "name", "status", "rbac_roles", "login_type", "deleted"),
            *("quiet_hours_schedule", "one_time_passcode_expires_at", "is_system", "is_service_account"),
            *("chat_spend_limit_micros", "hashed_password"),
        },
        "workspace": {
            *("id", "owner_id", "template_id", "name", "autostart_schedule", "ttl", "dormant_at"),
            *("deleting_at", "automatic_updates", "favorite", "next_start_at", "group_acl", "user_acl"),
        },
        "workspace_build": {"template_version_id"},
        "git_ssh_key": {"user_id", "public_key", "private_key"},
        "api_key": {"user_id", "last_used", "expires_at", "created_at"},
        "group": {
            *("id", "name", "display_name", "avatar_url", "quota_allowance", "members"),
            "chat_spend_limit_micros",
        },
        "license": {"uploaded_at", "exp", "uuid"},
        "convert_login": {"created_at", "expires_at", "from_login_type", "to_login_type", "user_id"},
        "workspace_proxy": {
            *("id", "name", "display_name", "icon", "url", "wildcard_hostname", "created_at"),
            *("derp_enabled", "derp_only", "region_id", "version", "token_hashed_secret"),
        },
        "organization": {
            *("name", "display_name", "description", "icon", "deleted", "updated_at", "is_default"),
            *("shareable_workspace_owners", "default_org_member_roles"),
        },
        "organization_member": {"username", "user_id", "created_at", "updated_at", "roles"},
        "custom_role": {
            *("name", "display_name", "site_permissions", "org_permissions", "user_permissions"),
            "member_permissions",
        },
        "health_settings": {"dismissed_healthchecks"},
        "notifications_settings": {"notifier_paused"},
        "prebuilds_settings": {"reconciliation_paused"},
        "notification_template": {
            *("name", "title_template", "body_template", "actions", "group", "method", "kind"),
            "enabled_by_default",
        },
        "idp_sync_settings_organization": {"field", "mapping", "assign_default"},
        "idp_sync_settings_group": {"field", "mapping", "regex_filter", "auto_create_missing_groups"},
        "idp_sync_settings_role": {"field", "mapping"},
        "oauth2_provider_app": {
            *("name", "icon", "callback_url", "redirect_uris", "client_type", "grant_types", "scope"),
            *("jwks", "registration_access_token"),
        },
        "oauth2_provider_app_secret": set(),
        "task": {
            *("id", "owner_id", "name", "display_name", "workspace_id", "template_version_id"),
            *("template_parameters", "prompt"),
        },
        "chat": {
            *("id", "owner_id", "workspace_id", "archived", "mode", "mcp_server_ids", "labels", "user_acl"),
            *("group_acl", "pin_order", "title"),
        },
        "user_secret": {"id", "user_id", "name", "description", "env_name", "file_path", "value"},
        "user_skill": {"id", "user_id", "name", "description", "content"},
        "ai_provider": {"id", "type", "name", "display_name", "enabled", "deleted", "base_url", "settings"},
        "ai_provider_key": {"id", "provider_id", "api_key"},
        "ai_gateway_key": {"id", "name", "secret_prefix", "hashed_secret"},
        "ai_seat": {"user_id", "first_used_at", "last_event_type", "last_event_description"},
        "group_ai_budget": {"spend_limit"},
        "user_ai_budget_override": {"group_id", "group_name", "spend_limit"},
    },
    frozenset(
        {("workspace_build", action) for action in ("start", "stop", "delete")}
        | {("api_key", action) for action in ("login", "logout", "register")}
        | {("oauth2_provider_app_secret", action) for action in ("create", "delete")}
    ),
)
"""Reference 13.3; connections are no longer logged (11.1, 15)."""

CASES = (BASIC, CURRENT)
