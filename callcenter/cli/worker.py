"""``callcenter worker``: the relay, the jobs and the periodic work."""

from __future__ import annotations

import logging
import time
from functools import partial

import click
from redis.exceptions import RedisError
from rq.exceptions import StopRequested

from callcenter import bootstrap, logs, settings, watchdog
from callcenter.jobs import JOBS, PERIODIC
from callcenter.jobs.relay import Relay
from callcenter.jobs.runner import Runner
from callcenter.jobs.threads import Aside, Ticker, apart, relay_until, start
from callcenter.jobs.worker import QuietWorker, install
from callcenter.settings import Settings
from callcenter.stopping import Stop

log = logging.getLogger(__name__)

RECONNECT = 1.0
GOODBYE = 5.0
"""Seconds; for all threads together."""


@click.command()
def worker() -> None:
    """Do the work that calls and requests owe, until told to stop."""
    watchdog.start()
    logs.configure("worker")
    run(settings.load())


def run(config: Settings) -> None:
    """Work with ``config``; Redis may come and go."""
    stop = Stop.on_signals()
    tools = bootstrap.tools(config)
    install(Runner(tools, JOBS))
    relay = Relay(tools.database, bootstrap.redis(config), JOBS)
    regular, *long = apart(PERIODIC)
    beside = [Ticker(tools, work) for work in long]
    ticker = Ticker(tools, regular, beside)
    slowly = Aside(tools, JOBS)
    threads = [
        start("aside", lambda: slowly.run_until(stop)),
        start("relay", lambda: relay_until(stop, relay)),
        start("periodic", lambda: ticker.run_until(stop)),
        *(start("periodic-aside", partial(one.run_until, stop)) for one in beside),
    ]
    while not stop.asked:
        _work(config, stop)
        stop.wait(RECONNECT)
    until = time.monotonic() + GOODBYE
    for thread in threads:  # what is cut off is taken up again by the next worker
        thread.join(max(until - time.monotonic(), 0))


def _work(config: Settings, stop: Stop) -> None:
    """Work until Redis goes away or somebody asks us to stop."""
    try:
        QuietWorker(bootstrap.redis(config), stop).work(logging_level=None)
    except StopRequested:
        return
    except RedisError as error:
        log.warning("jobs wait for Redis: %s", error)
    finally:
        stop.listen()
