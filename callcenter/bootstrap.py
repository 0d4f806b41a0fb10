"""The only place that constructs drivers, stores and clients."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from callcenter import node
from callcenter.carrier import Carrier
from callcenter.comparer import Comparer
from callcenter.custody import Custody
from callcenter.db import Database
from callcenter.enclosures import Enclosures
from callcenter.homecomer import Homecomer
from callcenter.jobs.kinds import Tools
from callcenter.line_tester import LineTester
from callcenter.officer_calls import OfficerCalls
from callcenter.reconciler import Reconciler
from callcenter.senders import Sender, Sms, SmsRefusedError
from callcenter.services import deadlines
from callcenter.services.calls import Policy
from callcenter.services.exchange import Exchange
from callcenter.settings import Settings
from callcenter.sidecars import Sidecars
from callcenter.switchboard import DatabaseSwitchboard, utc_now
from callcenter.text_homecomer import TextHomecomer
from callcenter.texter import Texter
from callcenter.twilio_line import TwilioLine
from ivr.asterisk import rendering
from ivr.asterisk.ami import Connection
from ivr.asterisk.exchange import AsteriskBinary
from ivr.asterisk.service import MANAGER, Address, Driver
from ivr.prompts.build import build_agencies
from ivr.prompts.files import Files
from ivr.twilio.alone import Alone
from ivr.twilio.client import Client
from ivr.twilio.errors import TwilioError
from ivr.twilio.names import Addresses
from ivr.twilio.turns import Writer
from recordings.reserve import Reserve, floor
from recordings.spool import Spool
from recordings.store import Store, open_store


def database(settings: Settings) -> Database:
    """Connect to the instance's database."""
    settings.home.mkdir(parents=True, exist_ok=True)
    return Database(settings.database_url)


def policy(settings: Settings) -> Policy:
    """Tell what this instance decides about calls."""
    return Policy(
        zone=ZoneInfo(settings.time_zone),
        secret=node.secret(settings.secrets_dir, "tickets").encode(),
        max_message_seconds=settings.max_message_seconds,
        connect_seconds=settings.connect_seconds,
    )


def switchboard(settings: Settings) -> DatabaseSwitchboard:
    """Make what answers this node's drivers."""
    every = timedelta(seconds=settings.line_test_seconds)
    return DatabaseSwitchboard(database(settings), policy(settings), node=settings.node, test_every=every)


def store(settings: Settings) -> Store:
    """Open the store of audio objects."""
    return open_store(settings.store_url)


def carrier(settings: Settings) -> Carrier:
    """Make what carries this node's audio files into the store."""
    spool = Spool(settings.spool_dir)
    return Carrier(
        database(settings), policy(settings), store(settings), spool, settings.node, settings.spool_free_mb
    )


def reserve(settings: Settings) -> Reserve:
    """Make what keeps room on this node's disk for the hour in which it is full."""
    return Reserve(settings.home, settings.reserve_mb << 20)


def sidecars(settings: Settings) -> Sidecars:
    """Make what brings home the calls that this node's exchange carried alone."""
    return Sidecars(database(settings), policy(settings), settings.node, settings.spool_dir)


def reconciler(settings: Settings) -> Reconciler:
    """Make what carries this node's record files and holds the call log against them."""
    return Reconciler(database(settings), policy(settings), settings.node, settings.asterisk_dir / "log")


def line_tester(settings: Settings) -> LineTester:
    """Make what calls this node's lines as a test."""
    return LineTester(
        database(settings),
        ZoneInfo(settings.time_zone),
        settings.node,
        lambda: Connection(settings.ami_host, settings.ami_port, MANAGER, _manager(settings), lambda _: None),
        utc_now,
    )


def comparer(settings: Settings) -> Comparer:
    """Make what compares this node's calls with its exchange's records."""
    spool = Spool(settings.spool_dir)
    return Comparer(database(settings), policy(settings), settings.node, spool)


def redis(settings: Settings) -> Redis:
    """Connect lazily to Redis; a call fails at once while it is away."""
    return Redis.from_url(settings.redis_url, socket_connect_timeout=3, retry=Retry(NoBackoff(), 0))


def sender(settings: Settings, client: Client | None = None) -> Sender:
    """Make what sends officers their messages; SMS by ``client``."""
    return Sender(settings.notify_url, settings.home / "outbox-mail", _sms(client) if client else None)


def _sms(client: Client) -> Sms:
    def send(from_: str, to: str, words: str) -> str:
        try:
            return client.messages.send(to, from_, words)
        except TwilioError as error:
            raise SmsRefusedError(error.permanent, str(error)) from None

    return send


def tools(settings: Settings, client: Client | None = None) -> Tools:
    """Make what jobs work with; ``client`` speaks to Twilio (the account's own, where there is one)."""
    human = settings.home / "prompts-human"
    data = database(settings)
    client = client or twilio(settings)
    return Tools(
        database=data,
        sender=sender(settings, client),
        settings=settings,
        build_names=lambda names: build_agencies(settings.prompts_dir, names, human),
        twilio=client,
        custody=Custody(policy(settings), store(settings)) if client else None,
        officer_calls=_officer_calls(settings, data, client) if client else None,
        homecomer=Homecomer(data, policy(settings), settings.ring_seconds, client) if client else None,
        text_homecomer=TextHomecomer(data, policy(settings), settings.programme, client) if client else None,
        texter=_texter(settings, data, client) if client else None,
        enclosures=Enclosures(data, store(settings), client, settings.home / "incoming") if client else None,
    )


def _texter(settings: Settings, data: Database, client: Client) -> Texter:
    site = Addresses(settings.twilio_urls[0])
    return Texter(data, policy(settings), client, site, settings.programme)


def _officer_calls(settings: Settings, data: Database, client: Client) -> OfficerCalls:
    site = Addresses(settings.twilio_urls[0])
    return OfficerCalls(data, policy(settings), client, site)


def twilio_line(settings: Settings, database: Database, clock: Callable[[], datetime]) -> TwilioLine | None:
    """Make what answers Twilio's requests; ``None`` without an account."""
    if not settings.twilio_account:
        return None
    writer = Writer(Addresses(settings.twilio_urls[0]), Files(settings.prompts_dir))
    alone = twilio_alone(settings)
    return TwilioLine(database, policy(settings), writer, alone, settings.ring_seconds, clock)


def twilio_alone(settings: Settings) -> Alone:
    """Make what Twilio's calls hear while the database is away."""
    rules, site = policy(settings), Addresses(settings.twilio_urls[0])
    return Alone(site, Files(settings.prompts_dir), rules.secret, rules.max_message_seconds)


def twilio(settings: Settings) -> Client | None:
    """Make what speaks Twilio's REST API; ``None`` without an account."""
    if not settings.twilio_account:
        return None
    return Client(settings.twilio_account, settings.twilio_token, api=settings.twilio_api)


def exchange_renderer(settings: Settings, binary: AsteriskBinary) -> Callable[[], list[str]]:
    """Make what renders this node's exchange configuration and returns the changed files' names."""
    data = database(settings)

    def render() -> list[str]:
        here = node.describe(settings, binary)
        with data.reading() as session:
            today = utc_now().astimezone(ZoneInfo(settings.time_zone)).date()
            plan = Exchange(session).plan(here, today)
        return rendering.write(plan)

    return render


def run_ivr(settings: Settings) -> None:
    """Serve the calls of this node's exchange until SIGTERM or SIGINT."""
    deadlines.prepare(utc_now().date())
    driver = Driver(
        switchboard(settings),
        prompts=settings.prompts_dir,
        spool=settings.spool_dir,
        agi=Address(settings.agi_host, settings.agi_port),
        ami=Address(settings.ami_host, settings.ami_port),
        turn_seconds=settings.turn_seconds,
        floor=floor(settings.reserve_mb << 20),
    )
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    driver.run(lambda: _manager(settings), stop)


def _manager(settings: Settings) -> str:
    return node.secret(settings.secrets_dir, "manager")
