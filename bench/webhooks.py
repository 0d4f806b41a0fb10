"""How fast Twilio's webhooks are answered: ``python -m bench.webhooks``; writes ``docs/webhooks.md``."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from bench.report import machine
from bench.turns import disk
from callcenter import bootstrap
from callcenter import settings as environment
from callcenter.models import Agency, Line, Tier
from callcenter.services.residency import Residency
from callcenter.switchboard import utc_now
from tests.fixtures.children import free_port

PAGE = Path("docs/webhooks.md")
SECONDS, ROUNDS, CONNECTIONS = 5.0, 3, 8
"""Each kind is asked for so long, in turn with the others, so many times, over so many connections."""
TOKEN, NUMBER = "a token of the benchmark", "+62234271234"

_sids = count(1)


@dataclass(frozen=True, slots=True)
class Request:
    """One webhook: where to, and the form."""

    path: str
    form: dict[str, str]


@dataclass(frozen=True, slots=True)
class Speed:
    """Requests a second, and the 50th and 99th percentile of their milliseconds."""

    rate: float
    p50: float
    p99: float


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="callcenter-bench-") as home, _site(Path(home)) as site:
        kinds: dict[str, Callable[[], Iterator[Request]]] = {
            "constant": lambda: _same("/bare/constant"),
            "row": lambda: _same("/bare/row"),
            "ours": _calls,
        }
        for make in kinds.values():
            _measure(site, make, 1.0)  # connections, caches, statements
        times: dict[str, list[list[float]]] = {kind: [] for kind in kinds}
        for _ in range(ROUNDS):
            for kind, make in kinds.items():
                times[kind].append(_measure(site, make, SECONDS))
        text = _page({kind: _speed(rounds) for kind, rounds in times.items()}, disk(Path(home)))
    PAGE.write_text(text)
    print(text)


@contextmanager
def _site(home: Path) -> Iterator[str]:
    """Serve a site with one line on SQLite until the block ends."""
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    twilio = {"ACCOUNT": "AC1", "TOKEN": TOKEN, "URLS": site}
    own = {"CALLCENTER_HOME": str(home), "CALLCENTER_WEB_PORT": str(port)}
    environ = {**os.environ, **own, **{f"CALLCENTER_TWILIO_{name}": value for name, value in twilio.items()}}
    subprocess.run([sys.executable, "-m", "callcenter", "db", "upgrade"], env=environ, check=True)
    _furnish(environ)
    with subprocess.Popen([sys.executable, "-m", "bench.webhook_site"], env=environ) as server:
        try:
            _wait(port)
            yield site
        finally:
            server.terminate()


def _furnish(environ: dict[str, str]) -> None:
    database = bootstrap.database(environment.load(environ))
    with database.transaction() as session:
        agency = Agency(code="dinsos", name="Dinas Sosial", tier=Tier.DINAS, active_from=date(2020, 1, 1))
        line = Line(agency=agency, number=NUMBER, provider="twilio", active_from=date(2020, 1, 1))
        session.add(line)
        session.flush()
        Residency(session).decide(line, on=True, reason="benchmark", account_id=None, now=utc_now())
    database.dispose()


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=5).request("GET", "/health")
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the site did not come up")


def _same(path: str) -> Iterator[Request]:
    while True:
        yield Request(path, {"CallSid": "CA" + "0" * 32})


def _calls() -> Iterator[Request]:
    """Call after call: offered, the notice, the language, the menu, and hung up."""
    while True:
        call = {"CallSid": f"CA{next(_sids):032x}", "From": "+6281200000001", "To": NUMBER}
        yield Request("/twilio/voice", {**call, "CallStatus": "ringing"})
        for number, key in enumerate(("", "1", "0"), 1):
            yield Request(f"/twilio/turn/{number}", {**call, "CallStatus": "in-progress", "Digits": key})
        yield Request("/twilio/status", {**call, "CallStatus": "completed"})


def _measure(site: str, make: Callable[[], Iterator[Request]], seconds: float) -> list[float]:
    """Ask over all connections at once; gives each answer's seconds."""
    begin = threading.Barrier(CONNECTIONS)

    def one(_: int) -> list[float]:
        begin.wait()
        return list(_ask(site, make(), time.perf_counter() + seconds))

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return [took for some in pool.map(one, range(CONNECTIONS)) for took in some]


def _ask(site: str, requests: Iterator[Request], until: float) -> Iterator[float]:
    validator = RequestValidator(TOKEN)
    connection = http.client.HTTPConnection(site.removeprefix("http://"), timeout=15)
    for request in requests:
        body = urlencode(request.form)
        signature = validator.compute_signature(f"{site}{request.path}", request.form)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
        began = time.perf_counter()
        if began > until:
            break
        connection.request("POST", request.path, body, headers)
        answer = connection.getresponse()
        document = answer.read()
        yield time.perf_counter() - began
        if answer.status != http.client.OK or b"/fallback/" in document:  # 200 as well, but without the log
            raise RuntimeError(f"{request.path} answered {answer.status}: {document[:200]!r}")
    connection.close()


def _speed(rounds: list[list[float]]) -> Speed:
    took = sorted(one for some in rounds for one in some)
    rate = len(took) / (SECONDS * len(rounds))
    return Speed(rate, *(1000 * took[int(len(took) * share)] for share in (0.5, 0.99)))


def _page(found: dict[str, Speed], sync: tuple[float, float]) -> str:
    words = {
        "constant": "a Flask route that returns a constant document",
        "row": "the same, behind one committed row",
        "ours": "ours: signature, offer, three turns, hang-up of a call, each one transaction",
    }
    rows = [f"| {words[kind]} | {it.rate:.0f} | {it.p50:.1f} | {it.p99:.1f} |" for kind, it in found.items()]
    here = machine("", (0.0, os.getloadavg()[0]), sync)
    return f"""# Webhooks

Written by `python -m bench.webhooks`: change `bench/`, not this page. One gunicorn as `callcenter web` starts it serves all three, on
SQLite with `synchronous=FULL`; {CONNECTIONS} connections ask as fast as they are answered, {ROUNDS} times {SECONDS:.0f} s each in turn, on
the same machine, which also signs. Twilio waits 15 s for an answer.

| | requests/s | p50 ms | p99 ms |
|---|---|---|---|
{chr(10).join(rows)}

{here.processor}, {here.cores} cores, {here.memory}; load average behind the run {here.load[1]:.1f}; a durable write here takes
{sync[0]:.1f} ms (p50), {sync[1]:.1f} ms (p99).
"""


if __name__ == "__main__":
    main()
