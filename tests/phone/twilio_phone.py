"""The telephone of the scripts on a line of Twilio: the same script, played through webhooks.

What the citizen does is done at the stand-in for Twilio; what they hear is what
its TwiML documents played. The log must then say what it says on Asterisk.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from sqlalchemy import select

from callcenter.db import Database
from callcenter.jobs import JOBS
from callcenter.jobs.kinds import Tools
from callcenter.jobs.runner import Runner
from callcenter.models import Call, Officer, Outbox
from callcenter.settings import Settings
from ivr.codec import turn_from_dict
from ivr.events import DialEnded, DialOutcome, Digits, Event, HungUp, Recorded, RecordEnd, TimedOut
from ivr.prompts.texts import LANGUAGES
from ivr.turns import Connect, Gather, Record
from tests.phone.phone import Phone
from tests.twilio.exchange import Call as TwilioCall
from tests.twilio.exchange import Exchange

LONGEST_WAIT = 120
"""Seconds after which a script has waited in vain."""

OURS = (
    "ring_officer",
    "hang_up_officer",
    "fetch_recording",
    "delete_recording",
    "delete_queue",
    "send_text",
    "delete_text",
    "fetch_enclosure",
)
"""The jobs that Twilio notices."""


@dataclass
class TwilioSite:
    """This site and Twilio, on one clock."""

    exchange: Exchange
    database: Database
    tools: Tools
    settings: Settings

    def adopt(self, number: str, code: str) -> None:
        """Give a number to Twilio, and a spoken name to its agency."""
        self.own(number)
        for language in LANGUAGES:
            (self.settings.prompts_dir / language / "agency" / f"{code}.wav").touch()

    def own(self, number: str) -> None:
        """Have a number at Twilio, whether or not it is one of our lines."""
        ours = f"{self.exchange.url}/twilio"
        if number not in self.exchange.numbers:
            self.exchange.add_number(
                number, voice=f"{ours}/voice", status=f"{ours}/status", sms=f"{ours}/message"
            )

    def advance(self, seconds: float) -> None:
        """Let time pass second by second, and the jobs be done."""
        whole = int(seconds)
        for step in [1.0] * whole + [seconds - whole]:
            if step:
                self.exchange.advance(step)
                self.work()

    def work(self) -> None:
        """Do what the outbox owes to Twilio now."""
        runner = Runner(self.tools, JOBS, self.exchange.clock)
        while rows := self._due():
            for row in rows:
                runner.run(row)

    def _due(self) -> Sequence[int]:
        query = select(Outbox.id).where(Outbox.kind.in_(OURS), Outbox.done_at.is_(None))
        with self.database.reading() as session:
            return session.scalars(query.where(Outbox.due_at <= self.exchange.clock())).all()


PROMPT = re.compile(r"/twilio/prompts/(?:id|en)/(?P<name>[a-z0-9_/-]+)\.wav")


class TwilioPhone(Phone):
    """One citizen's call on a line of Twilio."""

    MESSAGE_ENDS = ("key", "silence", "limit")

    def __init__(self, site: TwilioSite, dialled: str, caller: str, name: str) -> None:
        self.over = False
        self.unheard = []
        self.turns = []
        self._site = site
        self._clock = site.exchange.clock
        self._legs = count(1)
        self.officers: dict[int, TwilioCall] = {}
        self.while_waiting: list[str] = []
        """What was heard in the queue, which no script has to expect."""
        self._in_queue = False
        site.own(dialled)
        self._call = site.exchange.call(_sent(caller), dialled, CallerName=_sent(name))
        self.key = self._call.sid
        self.follow()

    def advance(self, seconds: float) -> None:
        """Let time pass, and everybody do their work."""
        self._site.advance(seconds)

    def expect_end(self) -> None:
        """Be hung up on."""
        self._nothing_unexpected()
        assert self.over, f"the call goes on, in {self.waits_for}"
        assert self._kept().hangup_side == "system"

    def stay_silent(self) -> None:
        """Press nothing until Twilio goes on."""
        self._receive(TimedOut(str(self._waiting(Gather))))

    def press_while_waiting(self, key: str) -> None:
        """Press a key in the queue."""
        self._waiting(Connect)
        self._call.press(key)
        self._site.work()
        self.follow()

    def say(self, seconds: float, ended_by: RecordEnd = "key") -> None:
        """Speak after the beep."""
        record = self._waiting(Record)
        self._receive(Recorded(record.name, record.name, seconds, ended_by))

    # What officers do.

    def officer_rings(self, officer: int) -> None:
        """Wait until an officer's mobile rings."""
        if self.over:
            return  # nobody is called for somebody who has gone
        if officer in self.officers and not self.officers[officer].over:
            return
        mobile = self._mobile(officer)
        for _ in range(LONGEST_WAIT):
            self._site.work()
            ringing = self._site.exchange.ringing(mobile)
            if ringing is not None:
                self.officers[officer] = ringing
                return
            self.advance(1)
        raise AssertionError(f"officer {officer} was not rung")

    def officer_answers(self, officer: int) -> None:
        """An officer takes the call after five seconds of ringing, and presses 1."""
        self.officer_rings(officer)
        self.advance(5)
        self.officers[officer].answer()
        self.officers[officer].press("1")
        self.advance(1)

    def officer_hangs_up(self, officer: int) -> None:
        """The officer ends the conversation."""
        self.officers[officer].hang_up()
        self._site.work()
        self.follow()

    def nobody_answers(self, *officers: int) -> None:
        """Everybody is rung in vain."""
        for officer in officers:
            self.officer_rings(officer)
        self._wait_to_the_end()

    def dial_ends(self, outcome: DialOutcome) -> None:
        """The exchange gives the caller back."""
        self._waiting(Connect)
        self._wait_to_the_end()

    # What machines do.

    def driver_is_lost(self) -> None:
        """Twilio asks for the call once more; it is given the same turn."""
        self._ask_again("voice")

    def told_twice(self) -> None:
        """The last turn's request comes a second time and changes nothing."""
        self._ask_again(f"turn/{self.turns[-1].number - 1}")

    def is_asked_for(self) -> None:
        """Twilio asks what is heard in the queue, earlier than it has to."""
        exchange = self._site.exchange
        url = f"{exchange.url}/twilio/wait/{self.turns[-1].number}"
        exchange.document("POST", url, self._call.facts())
        self._site.work()

    def _ask_again(self, path: str) -> None:
        exchange, before = self._site.exchange, self._kept()
        document = exchange.document("POST", f"{exchange.url}/twilio/{path}", self._call.facts())
        assert [one.tag for one in document if one.tag != "Play"] == self._verbs()
        assert self._kept().turn == before.turn

    def _verbs(self) -> list[str]:
        """Tell the verbs behind the prompts of the turn that goes on."""
        last = self._call.waits_in
        assert last is not None, "the call is over"
        return [last.tag, "Redirect"] if last.tag == "Record" else [last.tag]

    def _mobile(self, officer: int) -> str:
        with self._site.database.reading() as session:
            mobile = session.scalars(select(Officer.mobile).where(Officer.id == officer)).one()
        assert mobile, f"officer {officer} has no mobile"
        return mobile

    def _wait_to_the_end(self) -> None:
        turn = self.turns[-1].number
        for _ in range(LONGEST_WAIT):
            self.advance(1)
            if self.follow() != turn:
                return
        raise AssertionError("the citizen waits for ever")

    def _receive(self, event: Event) -> None:
        match event:
            case Digits(digits=digits):
                gather = self._waiting(Gather)
                self._call.press(digits if len(digits) == gather.max_digits else f"{digits}#")
            case TimedOut():
                self._call.stay_silent()
            case Recorded(seconds=seconds, ended_by=ended_by):
                self._say(seconds, ended_by)
            case HungUp(side="system"):
                self._site.advance(1)
            case HungUp():
                if not self._call.over:
                    self._call.hang_up()
            case DialEnded():
                raise AssertionError("Twilio ends the ringing by itself")
        self._site.work()
        self.follow()

    def _say(self, seconds: float, ended_by: RecordEnd) -> None:
        assert ended_by != "error", "Twilio tells of no such end"
        if seconds or ended_by == "limit":
            longest = self.turns[-1].actions[-1].max_seconds
            self._call.speak(longest if ended_by == "limit" else seconds, ended_by)
        elif ended_by == "key":
            self._call.press("#")
        else:
            self._call.stay_silent()

    def follow(self) -> int:
        """Take over what has become of the call; tells its turn's number."""
        kept = self._kept()
        for clip in _clips(self._call.take_heard(), self._site.exchange.url):
            self._in_queue = _is_said_in_a_queue(clip, self._in_queue)
            (self.while_waiting if self._in_queue else self.unheard).append(clip)
        if kept.ended_at is not None:
            self.over = True
            return -1
        turn = turn_from_dict(kept.turn)
        if not self.turns or turn.number != self.turns[-1].number:
            self.turns.append(turn)
        return turn.number

    def _kept(self) -> Call:
        with self._site.database.reading() as session:
            return session.scalars(select(Call).where(Call.key == self.key)).one()


def _sent(text: str) -> str:
    """Write a text as Twilio can send it: whatever came to it, what it sends is UTF-8."""
    return text.encode("utf-8", "replace").decode()


def _clips(urls: Sequence[str], site: str) -> list[str]:
    """Write down what was played as the scripts do; each prompt must be one that we serve."""
    clips: list[str] = []
    spelled = False
    for url in urls:
        match = PROMPT.fullmatch(url.removeprefix(site))
        assert match, f"not a prompt of ours: {url}"
        folder, _, name = match["name"].rpartition("/")
        if folder == "digits" and spelled:
            clips[-1] += name
        else:
            clips.append({"digits": f"#{name}", "agency": f"agency:{name}"}.get(folder, match["name"]))
        spelled = folder == "digits"
    return clips


def _is_said_in_a_queue(clip: str, before: bool) -> bool:
    """Tell whether a clip is said while waiting; a number is said where the clip before it was."""
    is_number = clip.startswith(("numbers/", "words/"))
    return before if is_number else clip.startswith(("waiting_", "still_waiting"))
