"""The log over HTTP: pages, bulk, streams, and what every event looks like."""

from litestar.types import ControllerRouterHandler

from interfaces.http.events.asyncapi import asyncapi
from interfaces.http.events.catalog import event_catalog
from interfaces.http.events.pages import events
from interfaces.http.events.tickets import stream_ticket
from interfaces.sse.generic import event_stream
from interfaces.sse.tracker.routes import project_stream, projects_stream, users_stream

ROUTES: tuple[ControllerRouterHandler, ...] = (
    events,
    event_stream,
    stream_ticket,
    event_catalog,
    asyncapi,
    project_stream,
    projects_stream,
    users_stream,
)

__all__ = ["ROUTES"]
