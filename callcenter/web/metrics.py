"""Figures for Prometheus, behind a token of their own: nobody logs in there."""

from __future__ import annotations

import hmac
from collections.abc import Iterator

from flask import Blueprint, Response, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from callcenter.node import secret
from callcenter.services.figures import Figure, Figures
from callcenter.settings import Settings
from callcenter.web.context import house, now
from callcenter.web.guard import public

pages = Blueprint("metrics", __name__)

TOKEN = "metrics"  # noqa: S105 - the name of a file in the secrets' folder
"""A file for Prometheus's ``credentials_file``; made with the application."""


@pages.get("/metrics")
@public
def metrics() -> Response:
    """Tell the figures to who knows the token."""
    if not _is_known(request.headers.get("Authorization", "")):
        return Response("token missing or wrong\n", 401, {"WWW-Authenticate": "Bearer"})
    with house().database.reading() as session:
        figures = list(Figures(session, house().zone).read(now()))
    registry = CollectorRegistry()
    registry.register(_Collector([*figures, *_spool()]))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def token(settings: Settings) -> str:
    """Give the token, made at random when it is first asked for."""
    return secret(settings.secrets_dir, TOKEN)


def _is_known(header: str) -> bool:
    return hmac.compare_digest(header.encode(), f"Bearer {token(house().settings)}".encode())


def _spool() -> Iterator[Figure]:
    """Count the audio that waits on this machine, where it is an exchange's."""
    ready = house().settings.spool_dir / "ready"
    if ready.is_dir():
        waiting = float(sum(1 for _ in ready.iterdir()))
        yield Figure("callcenter_spool_waiting", "Audio files that are not in the store yet.", {"": waiting})


class _Collector(Collector):
    def __init__(self, figures: list[Figure]) -> None:
        self._figures = figures

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for figure in self._figures:
            labels = [figure.label] if figure.label else []
            family = GaugeMetricFamily(figure.name, figure.help, labels=labels)
            for value, number in figure.values.items():
                family.add_metric([value] if labels else [], number)
            yield family
