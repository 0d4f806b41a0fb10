"""Desired and actual members, and what is done about the difference."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ivr.asterisk.ami import Message
from ivr.asterisk.queues import changes, read_status
from ivr.ports import Member

QUEUE = "agency-dinsos"
PENALTIES = st.dictionaries(st.sampled_from(["PJSIP/officer-1", "PJSIP/officer-2", "x/3"]), st.integers(0, 3))


def member(interface: str, penalty: int = 0) -> Message:
    """One line of Asterisk's answer."""
    return Message("QueueMember", {"queue": QUEUE, "location": interface, "penalty": str(penalty)})


def test_reads_our_queues_only() -> None:
    params = [Message("QueueParams", {"queue": name}) for name in (QUEUE, "somebody-elses")]
    assert read_status([*params, member("PJSIP/officer-1", 2)]) == {QUEUE: {"PJSIP/officer-1": 2}}


def test_a_queue_asterisk_does_not_have_is_left_out() -> None:
    assert changes({QUEUE: [Member("PJSIP/officer-1", "A", 0)]}, {}) == []


@given(PENALTIES, PENALTIES)
def test_the_difference_leads_from_actual_to_desired(desired: dict[str, int], actual: dict[str, int]) -> None:
    members = [Member(interface, "", penalty) for interface, penalty in desired.items()]
    present = dict(actual)
    for change in changes({QUEUE: members}, {QUEUE: actual}):
        interface = change.fields["interface"]
        if change.action == "QueueRemove":
            del present[interface]
        else:
            assert (interface in present) is (change.action == "QueuePenalty")
            present[interface] = int(change.fields["penalty"])
    assert present == desired
    assert changes({QUEUE: members}, {QUEUE: present}) == []
