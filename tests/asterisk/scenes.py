"""The calls of the tests, each played once, all of them at the same time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property

from tests.asterisk.people import Citizen, Stage, ignoring_the_end
from tests.asterisk.stories import Story


@dataclass(frozen=True)
class Played:
    """A call that is over: what the log says, and what each side heard."""

    citizen: Citizen
    story: Story
    officers_heard: list[bytes] = field(default_factory=list)

    @cached_property
    def words(self) -> list[str]:
        """The prompts that the citizen heard, in order."""
        return self.citizen.words()

    @cached_property
    def heard(self) -> bytes:
        """All that the citizen heard."""
        return self.citizen.leg.heard()


def _over(citizen: Citizen, *officers: bytes) -> Played:
    return Played(citizen, citizen.story(), list(officers))


def _together(first: Callable[[], object], second: Callable[[], object]) -> None:
    with ThreadPoolExecutor(1) as other:
        going_on = other.submit(first)
        second()
        going_on.result()


def complaint(stage: Stage) -> Played:
    """A message of three seconds at 700 Hz, and the ticket heard twice."""
    citizen = stage.citizen_calls("complaints", name="Siti Aminah")
    citizen.reaches("language").listens("id/language_id", more=0.5).presses("1")
    citizen.reaches("main").listens("id/main_menu", more=0.5).presses("2")
    citizen.leaves_message(700, 3).presses("#")
    citizen.reaches("repeat").waits(24).presses("1").reaches("tell", times=2)
    return _over(citizen.stays())


def spoken_message(stage: Stage) -> Played:
    """Words instead of a tone."""
    citizen = stage.citizen_calls("complaints")
    citizen.chooses("2").listens_to_beep()
    citizen.leg.say("Jalan di depan pasar rusak.")
    citizen.presses("#").reaches("tell")
    return _over(citizen.hangs_up())


def talk(stage: Stage) -> Played:
    """Both sides sound a tone at the same time; the officer hangs up first."""
    citizen = stage.citizen_calls("talks").chooses("1")
    officer = stage.rings("talks")
    officer.answer()
    citizen.waits(0.5)
    _together(lambda: officer.tone(1100, 3), lambda: citizen.sounds(500, 3))
    officer.hang_up()
    citizen.hears_the_ticket()
    return _over(citizen.hangs_up(), officer.heard())


def unrecorded_talk(stage: Stage) -> Played:
    """The citizen goes on unrecorded, and hangs up first."""
    citizen = stage.citizen_calls("quiet").listens("id/greeting", "id/agency/quiet", more=4).presses("8")
    citizen.reaches("unrecorded_said").chooses("1")
    officer = stage.rings("quiet")
    officer.answer()
    _together(lambda: officer.wait_for_end(10), lambda: citizen.sounds(500, 2).talks().hangs_up())
    return _over(citizen, officer.heard())


def nobody_answers(stage: Stage) -> Played:
    """Primary and deputy let it ring; the citizen leaves a message and hangs up in it."""
    citizen = stage.citizen_calls("silence").chooses("1")
    primary = stage.rings("silence", 0)
    deputy = stage.rings("silence", 1)
    for officer in (primary, deputy):
        officer.wait_for_end(30)
    citizen.leaves_message(800, before="id/not_answered")
    return _over(citizen.hangs_up())


def deputy_answers(stage: Stage) -> Played:
    """The primary lets it ring, the deputy answers."""
    citizen = stage.citizen_calls("deputies").chooses("1")
    primary = stage.rings("deputies", 0)
    deputy = stage.rings("deputies", 1)
    deputy.answer()
    citizen.talks().hangs_up()
    primary.wait_for_end(10)
    deputy.wait_for_end(10)
    return _over(citizen)


def emergency(stage: Stage) -> Played:
    """Everybody's telephone rings at once; the second one is quickest."""
    citizen = stage.citizen_calls("alarm").reaches("language").waits(1).presses("9")
    officers = [stage.rings("alarm", rung, 20) for rung in range(3)]
    officers[1].answer()
    citizen.talks()
    for other in (officers[0], officers[2]):
        assert other.wait_for_end(10)
    officers[1].hang_up()
    return _over(citizen.reaches("tell").hangs_up())


def nobody_on_duty(stage: Stage) -> Played:
    """No officer is on duty, and the message goes on until its greatest length."""
    citizen = stage.citizen_calls("empty").chooses("1")
    citizen.leaves_message(900, 10, before="id/nobody_on_duty").reaches("message_limit")
    return _over(citizen.reaches("tell").hangs_up())


def silent_message(stage: Stage) -> Played:
    """The citizen leaves a message without a sound."""
    citizen = stage.citizen_calls("complaints").chooses("2").listens_to_beep().waits(7)
    return _over(citizen.reaches("tell").hangs_up())


def talks_over_prompts(stage: Stage) -> Played:
    """The citizen speaks and presses keys while the hotline speaks."""
    citizen = stage.citizen_calls("complaints").sounds(650, 3).presses("5").sounds(650, 4)
    citizen.chooses("2").leaves_message(700, 2).presses("#").reaches("tell")
    return _over(citizen.hangs_up())


def key_flood(stage: Stage) -> Played:
    """A hundred keys as fast as a telephone sends them."""
    citizen = stage.citizen_calls("complaints")
    ignoring_the_end(lambda: citizen.leg.press("7" * 50 + "4#" * 25, length=0.05, pause=0.05))
    ignoring_the_end(lambda: citizen.waits(2))
    return _over(citizen.hangs_up())


def unknown_number(stage: Stage) -> Played:
    """A number that is not in service says so and hangs up."""
    return _over(stage.citizen_calls("79999").stays(30))


def two_at_once(stage: Stage) -> Played:
    """The same number calls twice at the same time; the first call is returned."""
    caller = stage.new_caller()
    first = stage.citizen_calls("complaints", caller)
    second = stage.citizen_calls("complaints", caller)
    first.waits(10)
    second.hangs_up()
    return _over(first.hangs_up())


def status(stage: Stage) -> Played:
    """The status of a ticket, first with a wrong PIN."""
    number, pin = stage.hotline.ticket("complaints")
    citizen = stage.citizen_calls("complaints").chooses("3")
    citizen.reaches("status_number").waits(1).presses(number)
    citizen.reaches("status_pin").waits(1).presses("0000")
    citizen.reaches("status_number", times=2).listens("id/status_wrong", more=1).presses(number)
    citizen.reaches("status_pin", times=2).waits(1).presses(pin)
    return _over(citizen.reaches("status_new").listens("id/status_new").hangs_up())


def gone_in(node: str, seconds: float, *keys: str) -> Callable[[Stage], Played]:
    """Make a scene of a citizen who hangs up some seconds after a node was entered."""

    def scene(stage: Stage) -> Played:
        citizen = stage.citizen_calls("complaints")
        if keys:
            citizen.chooses("2")
        if "#" in keys:
            citizen.leaves_message(700, 1).presses("#")
        return _over(citizen.reaches(node).waits(seconds).hangs_up())

    return scene


def gone_at_once(stage: Stage) -> Played:
    """The citizen hangs up as soon as the hotline answers."""
    return _over(stage.citizen_calls("complaints").hangs_up())


def gone_in_message(stage: Stage) -> Played:
    """The citizen hangs up before having said a word after the beep."""
    return _over(stage.citizen_calls("complaints").chooses("2").listens_to_beep().hangs_up())


def gone_while_ringing(stage: Stage) -> Played:
    """The citizen hangs up while the officer's telephone rings."""
    citizen = stage.citizen_calls("waiting").chooses("1")
    officer = stage.rings("waiting")
    citizen.rings_somebody().hangs_up()
    assert officer.wait_for_end(10)
    return _over(citizen)


def asks_for_a_call_back(stage: Stage) -> Played:
    """The citizen presses 1 while the officer's telephone rings, and is told what happens."""
    citizen = stage.citizen_calls("asking").chooses("1")
    officer = stage.rings("asking")
    citizen.waits(1).presses("1")
    assert officer.wait_for_end(10)
    citizen.reaches("call_back_within")
    return _over(citizen.stays(30))


def leaves_a_message_instead(stage: Stage) -> Played:
    """The citizen hears between two rings which keys there are, and presses 2 meanwhile."""
    citizen = stage.citizen_calls("leaving").chooses("1")
    assert stage.rings("leaving").wait_for_end(20)
    citizen.listens("id/waiting_keys", more=-0.5).presses("2")
    citizen.leaves_message(700, 2).presses("#").reaches("tell")
    return _over(citizen.hangs_up())


def presses_keys_in_an_emergency(stage: Stage) -> Played:
    """No key ends the ringing of an emergency."""
    citizen = stage.citizen_calls("urgent").reaches("language").waits(1).presses("9")
    officer = stage.rings("urgent")
    citizen.waits(1).presses("12")
    officer.answer()
    citizen.talks()
    officer.hang_up()
    return _over(citizen.reaches("tell").hangs_up())


SCENES: dict[str, Callable[[Stage], Played]] = {
    "complaint": complaint,
    "spoken_message": spoken_message,
    "talk": talk,
    "unrecorded_talk": unrecorded_talk,
    "nobody_answers": nobody_answers,
    "deputy_answers": deputy_answers,
    "emergency": emergency,
    "nobody_on_duty": nobody_on_duty,
    "silent_message": silent_message,
    "talks_over_prompts": talks_over_prompts,
    "key_flood": key_flood,
    "unknown_number": unknown_number,
    "two_at_once": two_at_once,
    "status": status,
    "asks_for_a_call_back": asks_for_a_call_back,
    "leaves_a_message_instead": leaves_a_message_instead,
    "presses_keys_in_an_emergency": presses_keys_in_an_emergency,
    "gone_at_once": gone_at_once,
    "gone_in_greeting": gone_in("greeting", 2),
    "gone_in_notice": gone_in("notice", 10),
    "gone_in_language": gone_in("language", 2),
    "gone_in_menu": gone_in("main", 3),
    "gone_in_complaint": gone_in("message", 5, "2"),
    "gone_in_message": gone_in_message,
    "gone_while_ringing": gone_while_ringing,
    "gone_in_ticket": gone_in("tell", 6, "2", "#"),
    "gone_in_repeat": gone_in("repeat", 20, "2", "#"),
}
