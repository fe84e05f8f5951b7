"""Opening accounts: the first administrator, registration in the tracker, registration with delivery."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import JSONBody

from domain.identity import rules
from domain.identity.commands import EMAIL_CLAIM, USERNAME_CLAIM, RegisterUser, SetUpAdministrator
from domain.identity.errors import EmailTaken, SetupCompleted, UsernameTaken
from domain.kernel.errors import ClaimTaken, Conflict, Invalid
from domain.kernel.ids import DEFAULT_TENANT, main_ledger
from interfaces.http.commands import run
from interfaces.http.identity.accounts import (
    account,
    require_no_faults,
    require_tracker_password,
    spend_registration,
    tracker_user,
)
from interfaces.http.identity.delivery import signed_in
from interfaces.http.identity.schemas import DeliveryRegistration, Registered, SetUp, SignedIn, TrackerRegistration
from interfaces.http.ports import ports_of
from interfaces.http.principal import PUBLIC
from projections.accounts import queries

LEDGER = main_ledger(DEFAULT_TENANT)
"""Registration joins the default tenant; others are made with the command line."""


@get("/api/auth/setup", tags=["identity"])
async def setup_status(request: Request[Any, Any, Any]) -> dict[str, bool]:
    """Whether there are users; while there are none, the first may set the server up."""
    return {"hasUsers": await queries.has_users(ports_of(request).reader, LEDGER)}


@post("/api/auth/setup", tags=["identity"], status_code=200, opt={PUBLIC: True})
async def set_up(request: Request[Any, Any, Any], data: JSONBody[TrackerRegistration]) -> Response[SetUp]:
    """Make the first account, which administers the server. 403 once there are users."""
    ports = ports_of(request)
    if await queries.has_users(ports.reader, LEDGER) and "idempotency-key" not in request.headers:
        raise SetupCompleted
    require_tracker_password(data.password)
    command = SetUpAdministrator(
        username=data.username,
        name=data.name or "",
        email=data.email or "",
        password_hash=await ports.passwords.hash(data.password),
    )

    async def answer(user_id: str) -> SetUp:
        user = await account(ports, LEDGER, user_id)
        return SetUp(success=True, message="Admin account created successfully", user=tracker_user(user))

    return await run(request, command, answer, ledger_id=LEDGER)


@post("/api/auth/register", tags=["identity"], status_code=201, opt={PUBLIC: True})
async def register(request: Request[Any, Any, Any], data: JSONBody[TrackerRegistration]) -> Response[Registered]:
    """Open an account in the tracker."""
    ports = ports_of(request)
    rules.username(data.username)
    rules.email(data.email or "")
    require_tracker_password(data.password)
    await spend_registration(request)
    command = RegisterUser(
        username=data.username,
        name=data.name or "",
        email=data.email or "",
        password_hash=await ports.passwords.hash(data.password),
    )

    async def answer(user_id: str) -> Registered:
        user = tracker_user(await account(ports, LEDGER, user_id))
        return Registered(
            id=user.id,
            username=user.username,
            email=user.email,
            name=user.name,
            is_system_admin=False,
            success=True,
            message="Account created successfully",
            user=user,
        )

    try:
        return await run(request, command, answer, status=201, ledger_id=LEDGER)
    except UsernameTaken as taken:
        raise Invalid(taken.message, field="username") from None
    except EmailTaken as taken:
        raise Invalid(taken.message, field="email") from None
    except ClaimTaken as taken:
        field = {USERNAME_CLAIM: "username", EMAIL_CLAIM: "email"}.get(taken.scope, "username")
        raise Invalid("This username or email is already taken", field=field) from None


@post("/api/v1/auth/register", tags=["identity"], status_code=201, opt={PUBLIC: True})
async def register_with_delivery(
    request: Request[Any, Any, Any], data: JSONBody[DeliveryRegistration]
) -> Response[SignedIn]:
    """Open an account with an e-mail address alone, and sign in. The user name is made from the address."""
    ports = ports_of(request)
    if not rules.email(data.email):
        raise Invalid("Invalid email address", field="email")
    require_no_faults(rules.delivery_password_faults(data.password), "password")
    await spend_registration(request)
    command = RegisterUser(name=data.name, email=data.email, password_hash=await ports.passwords.hash(data.password))

    async def answer(user_id: str) -> SignedIn:
        return signed_in(ports, LEDGER, await account(ports, LEDGER, user_id))

    try:
        return await run(request, command, answer, status=201, ledger_id=LEDGER)
    except (EmailTaken, ClaimTaken):
        raise Conflict("user with this email already exists") from None
