"""Every route asks who is asking, except those listed here."""

import httpx

from tests.server import ServerProcess

PUBLIC = {
    "/health",
    "/api/v1/health",
    "/api/v1/ready",
    "/api/v1/metrics",
    "/api/auth/csrf",
    "/api/auth/providers",
    "/api/auth/callback/credentials",
    "/api/auth/session",
    "/api/auth/signout",
    "/api/auth/setup",
    "/api/auth/register",
    "/api/auth/check-2fa",
    "/api/auth/verify-credentials",
    "/api/auth/token",
    "/api/v1/auth/register",
    "/api/v1/auth/login",
    "/api/v1/events/catalog",
    "/api/v1/events/asyncapi",
}


def test_a_request_without_a_credential_is_401_on_every_other_route(server: ServerProcess, admin: httpx.Client) -> None:
    paths = admin.get("/openapi.json").json()["paths"]
    asked = [(method, path) for path, methods in paths.items() for method in methods if path not in PUBLIC]
    assert len(asked) > 20
    with httpx.Client(base_url=server.base, timeout=10) as nobody:
        for method, path in asked:
            answer = nobody.request(method.upper(), path.replace("{", "").replace("}", ""), json={})
            assert answer.status_code == 401, f"{method} {path}: {answer.status_code} {answer.text[:200]}"
            assert isinstance(answer.json()["error"], str)
