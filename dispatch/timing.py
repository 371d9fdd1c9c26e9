"""How long each clock runs, in seconds, and where the figure comes from."""

from dispatch.states import Priority, State

# Who is asked has this long to answer. A call rings 25–30 s and is worth a second look; an
# emergency asks three at once, so that nobody's pause costs anything.
OFFER_S = {Priority.ROUTINE: 90, Priority.URGENT: 45, Priority.EMERGENCY: 30}
AT_ONCE = {Priority.ROUTINE: 1, Priority.URGENT: 1, Priority.EMERGENCY: 3}

# The clock of each open state: when it runs out, `deadlines.fire_due` acts or tells a person.
STATE_S: dict[State, dict[Priority, int]] = {
    State.NEW: dict.fromkeys(Priority, 0),  # offered at once; the sweep is the safety net
    State.OFFERED: {p: OFFER_S[p] + 5 for p in Priority},
    State.UNFILLED: {Priority.ROUTINE: 300, Priority.URGENT: 60, Priority.EMERGENCY: 30},
    State.ASSIGNED: {Priority.ROUTINE: 600, Priority.URGENT: 180, Priority.EMERGENCY: 60},
    State.EN_ROUTE: {Priority.ROUTINE: 3600, Priority.URGENT: 1800, Priority.EMERGENCY: 900},
    State.ON_SCENE: {Priority.ROUTINE: 7200, Priority.URGENT: 5400, Priority.EMERGENCY: 3600},
    State.DONE: {Priority.ROUTINE: 0, Priority.URGENT: 0, Priority.EMERGENCY: 300},
}
# On the way: late is half as long again as the offer said, and never under three minutes.
LATE_FACTOR, LATE_AT_LEAST_S = 1.5, 180
# Where somebody is on the way or there, the desk is told again at this pace; where nobody is, at
# that of REPEAT_S.
NAG_S = {Priority.ROUTINE: 900, Priority.URGENT: 300, Priority.EMERGENCY: 120}
REPEAT_S = {Priority.ROUTINE: 300, Priority.URGENT: 60, Priority.EMERGENCY: 30}
CONFIRM_S = 600  # from the confirmation call to a person being told that nobody answered

# Calls. How long one may wait are rows: `dispatch.answering`.
HOLD_S = 60  # on hold for longer is noticed
SAME_ORDER_S = 4 * 3600  # the same order again within this goes to a person

# Daily check-ins. A try rings for half a minute; who is written to gets longer to answer.
CHECKIN_ANSWER_S = 150
CHECKIN_AGAIN_S = 600  # from a silent try to the second one
CHECKIN_AGAIN_AT_MOST_S = 900  # held up for longer than this, the contacts are asked instead
CHECKIN_CONTACTS_S = 600  # the contacts have this long, then somebody goes and looks
CHECKIN_UNPLACED_S = 120  # until the carrier is tried again when it places nothing
CHECKIN_CALL_S = 45  # how long a line is taken by one: ringing and a word
CHECKIN_BEHIND_S = 1800  # a backlog older than this is told to the desk

# Satisfaction calls.
SURVEY_AFTER_S = 3600  # from the end of the visit, at the earliest
SURVEY_ANSWER_S = 1800  # two attempts and three questions, also by text

# Emergencies (rule 15).
VOICE_S = 30  # without voice contact for this long the next number is rung
UNCLAIMED_S = 30  # an emergency nobody has claimed sounds again
LEASE_S = 60  # owning needs a live console
HANDOVER_S = 120  # the other service has this long to confirm
TRACK_LINK_AFTER_S = 2 * 3600
ETA_FIX_MAX_AGE_S = 180

# A visit that lasts too long: the worker has this long to answer, then the desk is told; who says
# that all is well has that much longer.
OVERDUE_ANSWER_S, OVERDUE_MORE_S = 180, 1800
