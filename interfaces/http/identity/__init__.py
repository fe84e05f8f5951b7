"""Accounts over HTTP: signing in and out, registering, tokens and keys, one's own account."""

from litestar.types import ControllerRouterHandler

from interfaces.http.identity import delivery, login, me, registration, tokens

ROUTES: tuple[ControllerRouterHandler, ...] = (
    login.csrf,
    login.providers,
    login.callback,
    login.session,
    login.signout,
    login.check_second_factor,
    login.verify_credentials,
    registration.setup_status,
    registration.set_up,
    registration.register,
    registration.register_with_delivery,
    delivery.login,
    tokens.issue,
    tokens.logout,
    tokens.whoami,
    me.me,
    me.change_profile,
    me.change_password,
    me.tracker_key,
    me.issue_tracker_key,
    me.revoke_tracker_key,
)

__all__ = ["ROUTES"]
