"""Devices speak over HTTP here, and a notebook takes their alarms."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from elders import tokens
from tests import cast
from tests.tracking.notebook import Notebook
from tracking.flow import alarm_flow


@pytest.fixture
def notebook(settings: Any) -> Notebook:
    settings.ALARM_FLOW = "tests.tracking.notebook.Notebook"
    flow = alarm_flow()
    assert isinstance(flow, Notebook)
    flow.begin()
    return flow


@pytest.fixture
def send(db: None, notebook: Notebook) -> Callable[..., Any]:
    """Sends a request as a device does: `send(id=…, alarm="sos")`; the answer."""

    def request(**said: Any) -> Any:
        return Client(raise_request_exception=False).get("/positions/osmand", said)

    return request


@pytest.fixture
def post(db: None, notebook: Notebook) -> Callable[..., Any]:
    """Posts a body as a device does; the answer."""

    def request(body: str | bytes, content_type: str = "application/json", **more: Any) -> Any:
        client = Client(raise_request_exception=False)
        return client.post("/positions/osmand/", body, content_type=content_type, **more)

    return request


@pytest.fixture
def deliver(db: None, notebook: Notebook) -> Callable[..., Any]:
    """Posts a document to one of the endpoints: `deliver("batch", […], token=…)`; the answer."""

    def request(name: str, document: object, *, token: str = "", **headers: str) -> Any:
        client = Client(raise_request_exception=False)
        if token:
            headers["Authorization"] = f"Bearer {token}"
        body = document if isinstance(document, str | bytes) else json.dumps(document)
        path = f"/positions/{name}/"
        return client.post(path, body, content_type="application/json", headers=headers)

    return request


@pytest.fixture
def desk_token(db: None) -> str:
    """The bearer token of a program of the desk."""
    return tokens.issue(cast.olive(), "forwarding", now=timezone.now())
