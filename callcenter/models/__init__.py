"""The tables, one noun a file."""

from callcenter.models.agency import Agency, Line, Tier
from callcenter.models.api import ApiAnswer, ApiToken
from callcenter.models.call import EVENT_KINDS, Call, CallerKind, CallEvent, Disposition, Leg
from callcenter.models.dispatch import Dispatch, DispatchStatus
from callcenter.models.duty import ChangeKind, ChangeStatus, DutyChange, DutyFeed
from callcenter.models.duty_watch import DutyOwner, DutyReminder, DutyWarning, WarningKind
from callcenter.models.evidence import DutyRecord, HandoverNote, HandoverSeen
from callcenter.models.nuisance import MarkStatus, NuisanceMark
from callcenter.models.obligation import Obligation, ObligationCall, ObligationStatus
from callcenter.models.officer import Account, Officer, Role, Shift
from callcenter.models.reconciliation import Difference, ExchangeRecord, LogOffset, ReconciliationRun
from callcenter.models.recording import Recording
from callcenter.models.residency import LineDecision
from callcenter.models.roster import RosterVersion
from callcenter.models.text import Channel, Enclosure, TextDisposition, TextMessage, TextState, TextStop
from callcenter.models.ticket import Ticket, TicketEntry, TicketStatus
from callcenter.models.watching import LineCheck, MemberState, NodeState, Unreachable
from callcenter.models.work import AccessLog, Alarm, Notification, Outbox

__all__ = [
    "EVENT_KINDS",
    "AccessLog",
    "Account",
    "Agency",
    "Alarm",
    "ApiAnswer",
    "ApiToken",
    "Call",
    "CallEvent",
    "CallerKind",
    "ChangeKind",
    "ChangeStatus",
    "Channel",
    "Difference",
    "Dispatch",
    "DispatchStatus",
    "Disposition",
    "DutyChange",
    "DutyFeed",
    "DutyOwner",
    "DutyRecord",
    "DutyReminder",
    "DutyWarning",
    "Enclosure",
    "ExchangeRecord",
    "HandoverNote",
    "HandoverSeen",
    "Leg",
    "Line",
    "LineCheck",
    "LineDecision",
    "LogOffset",
    "MarkStatus",
    "MemberState",
    "NodeState",
    "Notification",
    "NuisanceMark",
    "Obligation",
    "ObligationCall",
    "ObligationStatus",
    "Officer",
    "Outbox",
    "ReconciliationRun",
    "Recording",
    "Role",
    "RosterVersion",
    "Shift",
    "TextDisposition",
    "TextMessage",
    "TextState",
    "TextStop",
    "Ticket",
    "TicketEntry",
    "TicketStatus",
    "Tier",
    "Unreachable",
    "WarningKind",
]
