"""A telephone in the terminal: a flow is heard as text and answered by keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ivr import engine
from ivr.events import Answer, DialEnded, Digits, Event, HungUp, Recorded, TimedOut
from ivr.flow import Flow
from ivr.prompts.texts import texts
from ivr.turns import (
    OFFERS,
    AgencyName,
    Clip,
    Connect,
    Gather,
    Hangup,
    Language,
    Number,
    Offer,
    Part,
    Record,
    Say,
    Spell,
    Turn,
)

TICKET, PIN = "12345674", "1234"
FACTS = {
    "call": "terminal",
    "agency_code": "_generic",
    "agency_name": "Dinas Sosial",
    "queue": "agency",
    "emergency_queue": "agency-emergency",
    "max_message_seconds": "180",
    "connect_seconds": "45",
}
Ask = Callable[[str], str | None]
Tell = Callable[[str], None]


class Telephone:
    """One call; ``ask`` gives a line (``None``: hung up), ``tell`` shows one."""

    def __init__(self, flow: Flow, ask: Ask, tell: Tell, *, on_duty: bool = True) -> None:
        """Prepare a call; officers are on duty or not."""
        self._flow = flow
        self._ask = ask
        self._tell = tell
        self._on_duty = "yes" if on_duty else "no"

    def call(self) -> None:
        """Go through one call until somebody hangs up."""
        step = engine.start(self._flow, FACTS)
        while step.turn or step.query:
            if step.trail:
                self._tell(f"  [{' > '.join(step.trail)}]")
            event = self._query(step.query) if step.query else self._turn(step.turn)
            step = engine.step(self._flow, step.cursor, event)
        self._tell("The call is over.")

    def _query(self, query: engine.Query) -> Answer:
        facts = self._answer(query.name, query.arguments)
        self._tell(
            f"  (asked: {query.name} → {', '.join(f'{name}={value}' for name, value in facts.items())})"
        )
        return Answer(query.name, facts)

    def _answer(self, name: str, arguments: Mapping[str, str]) -> dict[str, str]:
        if name == "duty":
            return {"on_duty": self._on_duty}
        if name == "call_back":
            return {"call_back": "within", "call_back_minutes": "60"}
        if name == "open_ticket":
            return {"ticket_number": TICKET, "ticket_pin": PIN}
        if (arguments.get("number"), arguments.get("pin")) == (TICKET, PIN):
            return {"result": "found", "status": "in_progress"}
        return {"result": "wrong"}

    def _turn(self, turn: Turn | None) -> Event:
        event: Event = HungUp("hungup", 16, "system")
        for action in turn.actions if turn else ():
            match action:
                case Say(language=language, parts=parts) | Gather(language=language, parts=parts) if parts:
                    self._tell(f"{language}: {spoken_text(parts, language)}")
            match action:
                case Gather(timeout=timeout):
                    event = self._keys(f"key(s), Enter for {timeout:g} s of silence, h to hang up: ")
                case Record(name=name, max_seconds=most):
                    event = self._record(name, most)
                case Connect(queue=queue, offers=offers):
                    event = self._connect(queue, offers)
                case Hangup():
                    self._tell("(hung up)")
        return event

    def _keys(self, question: str) -> Event:
        line = self._line(question)
        if line is None:
            return HungUp("hungup", 16, "caller")
        return Digits("keys", line.rstrip("#")) if line else TimedOut("keys")

    def _record(self, name: str, most: int) -> Event:
        line = self._line(f"beep; seconds spoken (at most {most}), e if it fails, h to hang up [5]: ")
        if line is None:
            return HungUp("hungup", 16, "caller")
        if line == "e":
            return Recorded("message", name, 0.0, "error")
        seconds = min(float(line or 5), float(most)) if (line or "5").isdigit() else 5.0
        return Recorded("message", name, seconds, "limit" if seconds >= most else "key")

    def _connect(self, queue: str, offers: tuple[Offer, ...]) -> Event:
        line = self._line(
            f"ringing {queue}; a: answered, n: not answered{_choices(offers)}, h to hang up [n]: "
        )
        if line is None:
            return HungUp("hungup", 16, "caller")
        if line in OFFERS and OFFERS[line] in offers:
            return DialEnded("dial", OFFERS[line])
        return DialEnded("dial", "answered" if line == "a" else "no_answer")

    def _line(self, question: str) -> str | None:
        line = self._ask(question)
        return None if line is None or line.strip().lower() == "h" else line.strip()


def _choices(offers: tuple[Offer, ...]) -> str:
    return "".join(f", {key}: {offer}" for key, offer in OFFERS.items() if offer in offers)


def spoken_text(parts: tuple[Part, ...], language: Language) -> str:
    """Write down what the parts say."""
    return " ".join(_words(part, language) for part in parts)


def _words(part: Part, language: Language) -> str:
    match part:
        case Clip(name=name):
            known = texts(language).get(name)
            return known.words if known else f"<{name}>"
        case Spell(text=text):
            return " ".join(text)
        case Number(value=value):
            return str(value)
        case AgencyName(text=text):
            return f"{text}."
