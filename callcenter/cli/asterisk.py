"""``callcenter asterisk``: render the exchange's configuration, run it, reload it."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence

import click
from sqlalchemy.exc import SQLAlchemyError

from callcenter import bootstrap
from callcenter.settings import Settings, load
from ivr.asterisk import rendering
from ivr.asterisk.config import ConfigError
from ivr.asterisk.exchange import AsteriskBinary, ExchangeError, default_cache, find_or_make
from ivr.asterisk.process import Exchange, Pulse

log = logging.getLogger(__name__)

REFRESH_SECONDS = 5.0
"""How soon a changed officer or agency reaches a running Asterisk."""


@click.group()
def asterisk() -> None:
    """Render the exchange's configuration, run it, reload it."""


@asterisk.command()
def render() -> None:
    """Write the whole configuration from the database; tell what changed."""
    settings = load()
    changed = _write(bootstrap.exchange_renderer(settings, _binary()))
    for name in changed:
        click.echo(settings.asterisk_dir / "etc" / name)
    click.echo(f"{len(changed)} files changed in {settings.asterisk_dir / 'etc'}")


@asterisk.command()
def serve() -> None:
    """Render, then run Asterisk until told to stop; changes reach it by reload."""
    settings, binary = load(), _binary()
    render = bootstrap.exchange_renderer(settings, binary)
    try:
        _write(render)
    except SQLAlchemyError as error:
        if not _conf(settings):
            raise click.ClickException(f"the database cannot be read: {error}") from None
        log.error("calls are taken with the former configuration: %s", error)
    pulse = Pulse(settings.ami_host, settings.ami_port)
    sys.exit(_exchange(settings, binary).run(lambda: _refresh(render), REFRESH_SECONDS, pulse))


@asterisk.command()
def reload() -> None:
    """Render, and let the running Asterisk read what changed."""
    settings, binary = load(), _binary()
    changed = _write(bootstrap.exchange_renderer(settings, binary))
    _exchange(settings, binary).give(rendering.reloads(changed))
    for name in changed:
        click.echo(f"{name}: {'read again' if name in rendering.RELOADS else 'needs a restart of Asterisk'}")


def _binary() -> AsteriskBinary:
    try:
        return find_or_make(default_cache())
    except ExchangeError as error:
        raise click.ClickException(str(error)) from None


def _write(render: Callable[[], list[str]]) -> list[str]:
    try:
        return render()
    except ConfigError as error:
        raise click.ClickException(f"{error}\nThe exchange's former configuration was kept.") from None


def _conf(settings: Settings) -> bool:
    return (settings.asterisk_dir / "etc" / "asterisk.conf").exists()


def _exchange(settings: Settings, binary: AsteriskBinary) -> Exchange:
    return Exchange(binary, settings.asterisk_dir / "etc" / "asterisk.conf")


def _refresh(render: Callable[[], list[str]]) -> Sequence[str]:
    try:
        return rendering.reloads(render())
    except (SQLAlchemyError, ConfigError, OSError) as error:
        log.error("the exchange goes on with its former configuration: %s", error)
        return ()
