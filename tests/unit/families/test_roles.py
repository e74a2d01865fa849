"""Every role that a family lets do something is one that an administrator can give without being warned."""

from __future__ import annotations

from gateway.cli import org
from gateway.families import roles
from gateway.families.accounts import kinds


def test_roles_of_the_families__are_known_to_the_administration() -> None:
    accounts = {role for kind in kinds.KINDS for role in kind.roles}
    assert accounts | {*roles.MANAGERS, *roles.AUTHORITIES, *roles.SINGLE_PROVIDER} <= set(org.ROLES)
