"""The account's telephone numbers, and where Twilio turns to for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ivr.twilio.client import Client
from ivr.twilio.names import Addresses

POST = "POST"


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the account as it is set up: Twilio's names of what we set, and their values."""

    sid: str
    number: str
    has: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be changed of one number, from and to; nothing where it is set up already.

    Without a ``sid`` the account does not have the number.
    """

    number: str
    sid: str
    changes: Mapping[str, tuple[str, str]]


def wanted(addresses: Addresses, fallback: str = "") -> dict[str, str]:
    """Tell how a number has to be set up (Twilio, IncomingPhoneNumber resource).

    ``fallback`` is asked when this site does not answer; without one, this site is.
    """
    return {
        "voice_url": addresses.of("/voice"),
        "voice_method": POST,
        "voice_fallback_url": fallback or addresses.of("/fallback"),
        "voice_fallback_method": POST,
        "status_callback": addresses.of("/status"),
        "status_callback_method": POST,
        "sms_url": addresses.of("/message"),
        "sms_method": POST,
        "sms_fallback_url": addresses.of("/message"),
        "sms_fallback_method": POST,
    }


def plan(lines: Iterable[str], numbers: Sequence[Number], settings: Mapping[str, str]) -> list[Step]:
    """Tell what is to be done so that all ``lines`` (E.164) have these ``settings``."""
    known = {number.number: number for number in numbers}
    return [_step(line, known.get(line), settings) for line in lines]


def numbers(client: Client) -> list[Number]:
    """List the account's numbers; raises ``TwilioError``."""
    return [Number(sid, number, has) for sid, number, has in client.numbers(_NAMES)]


def carry_out(client: Client, step: Step) -> None:
    """Change a number as planned; raises ``TwilioError``."""
    if step.sid and step.changes:
        client.set_number(step.sid, {name: to for name, (_, to) in step.changes.items()})


_NAMES = tuple(wanted(Addresses("")))


def _step(line: str, number: Number | None, wanted: Mapping[str, str]) -> Step:
    if number is None:
        return Step(line, "", {})
    changes = {
        name: (number.has.get(name, ""), to) for name, to in wanted.items() if number.has.get(name, "") != to
    }
    return Step(line, number.sid, changes)
