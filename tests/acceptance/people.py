"""People who use a running server. Their names are new in each test, so that tests can share the server."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.server import PASSWORD


class Person:
    """Somebody who may have an account. Every client is another browser or program: it keeps its own cookies.

    ``address`` is where they connect from, for servers that trust a proxy.
    """

    def __init__(self, base: str, name: str = "ada", address: str = "") -> None:
        self.base = base
        self.username = f"{name}-{secrets.token_hex(4)}"
        self.email = f"{self.username}@example.org"
        self.credentials = {"username": self.username, "password": PASSWORD}
        self.registration = {**self.credentials, "name": name.title(), "email": self.email}
        self._address = address

    def client(self, token: str = "", **headers: str) -> httpx.AsyncClient:
        """With ``token`` as its bearer token."""
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if self._address:
            headers["X-Forwarded-For"] = self._address
        return httpx.AsyncClient(base_url=self.base, headers=headers, timeout=20)

    async def register(self) -> dict[str, Any]:
        async with self.client() as client:
            answer = await client.post("/api/auth/register", json=self.registration)
            assert answer.status_code == 201, answer.text
            registered: dict[str, Any] = answer.json()
            return registered

    @asynccontextmanager
    async def signed_in(self, password: str = PASSWORD, login: str = "") -> AsyncIterator[httpx.AsyncClient]:
        """A client with a session cookie."""
        async with self.client() as client:
            body = {"username": login or self.username, "password": password}
            answer = await client.post("/api/auth/callback/credentials", json=body)
            assert answer.status_code == 200, answer.text
            yield client

    async def jwt(self) -> str:
        async with self.client() as client:
            answer = await client.post("/api/v1/auth/login", json={"email": self.email, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            return str(answer.json()["token"])

    async def access_token(self, **asked: Any) -> str:
        async with self.client() as client:
            body = {"email": self.email, "password": PASSWORD, **asked}
            answer = await client.post("/api/auth/token", json=body)
            assert answer.status_code == 201, answer.text
            return str(answer.json()["token"])
