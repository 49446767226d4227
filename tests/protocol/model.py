"""The publishing protocol as a machine small enough to try every order of events.

Two workers and one delivery: crashes, lost calls and answers, refusals, writes that the database doesn't
confirm, leases that end, looks, approvals taken back, failures tried again, posts taken down, and a backup
restored that was made before the first claim. The platform publishes as often as it is asked to. Another
delivery is a person's: handed over, published by hand, reported or not, taken back, and restored as well.

Which state may follow which is read from the table of moves that Signoff itself uses. A state is a plain
tuple; `Protocol.steps` gives whatever can happen next.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from enum import IntEnum
from typing import Any, Final, NamedTuple, TypeAlias

from signoff.records.states import DELIVERY_MOVES, DeliveryAction, DeliveryState, Move
from tests.protocol.rules import ALL, Rule

Moves: TypeAlias = Mapping[DeliveryAction, Move[DeliveryState]]

CLAIMS_MAX: Final = 4
CRASHES_MAX: Final = 3

_ON_ITS_WAY: Final = frozenset({DeliveryState.PUBLISHING, DeliveryState.UNKNOWN})


class At(IntEnum):
    """How far a worker has come."""

    IDLE = 0
    CLAIMED = 1
    INTENT = 2  # stored, as far as it knows
    CALLING = 3
    ANSWERED = 4  # it holds a receipt
    NOTHING_OUT = 5  # for certain
    UNCLEAR = 6
    LOOKED = 7


class Worker(NamedTuple):
    """What one worker knows, and what it set going."""

    at: At = At.IDLE
    is_newest: bool = False  # its token is the delivery's
    found: bool = False  # what its look showed
    is_fresh: bool = False  # its call may still begin
    is_calling: bool = False  # a call of it may still take effect, also after its death


class State(NamedTuple):
    """Everything that counts."""

    delivery: DeliveryState = DeliveryState.SCHEDULED
    workers: tuple[Worker, Worker] = (Worker(), Worker())
    has_intent: bool = False
    is_withdrawn: bool = False
    is_restored: bool = False
    visible: int = 0  # posts that the public can see
    is_listed: bool = True  # and that the platform shows whoever looks for them
    claims: int = 0
    crashes: int = 0
    unapproved: bool = False  # a call was allowed after the approval was taken back
    is_by_hand: bool = False  # a person publishes it
    is_done: bool = False  # and did, and hasn't said so
    asks: bool = False  # a person is asked whether it is out

    def worker(self, number: int, **changes: Any) -> State:
        """The state with one worker changed."""
        new = self.workers[number]._replace(**changes)
        pair = (new, self.workers[1]) if number == 0 else (self.workers[0], new)
        return self._replace(workers=pair)

    def rests(self, number: int) -> State:
        """The state with one worker idle; its call, if any, goes on."""
        return self.worker(number, at=At.IDLE, is_newest=False, found=False)

    def new_token(self, holder: int | None = None) -> State:
        """The state after a token was handed out, which makes all others old."""
        first, second = (each._replace(is_newest=i == holder) for i, each in enumerate(self.workers))
        return self._replace(workers=(first, second))

    def deadlines_pass(self) -> State:
        """The state after so long that no call of an earlier intent can begin any more."""
        first, second = (each._replace(is_fresh=False) for each in self.workers)
        return self._replace(workers=(first, second))

    @property
    def is_settled(self) -> bool:
        """No earlier call can still take effect."""
        return not any(each.is_calling or each.is_fresh for each in self.workers)


Step: TypeAlias = tuple[str, State]


class Protocol:
    """The protocol with some of its rules, over a table of moves."""

    def __init__(self, rules: Collection[Rule] = ALL, moves: Moves = DELIVERY_MOVES) -> None:
        self.rules = frozenset(rules)
        self._moves = moves
        self.used: set[DeliveryAction] = set()
        """Which moves took place so far."""

    def steps(self, state: State) -> Iterator[Step]:
        """Whatever can happen next by itself, with its words."""
        for number, name in enumerate("AB"):
            for words, after in self._of_worker(state, number):
                yield f"{name} {words}", after
        yield from self._of_time(state)
        if state.is_by_hand:
            yield from self._of_person(state)

    def _can(self, state: State, action: DeliveryAction) -> bool:
        return state.delivery in self._moves[action].sources

    def _moved(self, state: State, action: DeliveryAction) -> State:
        """The state after a move; unchanged where the table refuses it, as in the code."""
        if not self._can(state, action):
            return state
        self.used.add(action)
        return state._replace(delivery=self._moves[action].target)

    def _of_worker(self, state: State, number: int) -> Iterator[Step]:
        worker = state.workers[number]
        if worker.is_calling:
            yield from _call_ends(state, number)
        match worker.at:
            case At.IDLE:
                yield from self._begins(state, number)
            case At.CLAIMED:
                yield from self._gives_intent(state, number)
            case At.INTENT:
                yield from self._calls(state, number)
            case At.ANSWERED:
                # A receipt is evidence: stored whatever lease it comes from, and whatever the state is.
                yield "stores the receipt", self._moved(state, DeliveryAction.CONFIRM).rests(number)
            case At.NOTHING_OUT:
                yield from self._notes_that_nothing_is_out(state, number)
            case At.UNCLEAR:
                action = DeliveryAction.LOSE_TRACK if Rule.DOUBT in self.rules else DeliveryAction.PUT_BACK
                yield "notes that it doesn't know", self._written(state, number, action)
            case At.LOOKED:
                yield "notes what it saw", self._concluded(state, number)
        if worker.at is not At.IDLE and state.crashes < CRASHES_MAX:
            yield "dies", state.rests(number)._replace(crashes=state.crashes + 1)

    def _written(self, state: State, number: int, action: DeliveryAction) -> State:
        """A worker's write, which changes nothing once its lease is lost."""
        mine = state.workers[number].is_newest or Rule.TOKEN not in self.rules
        is_held = state.delivery is DeliveryState.PUBLISHING
        return (self._moved(state, action) if mine and is_held else state).rests(number)

    def _begins(self, state: State, number: int) -> Iterator[Step]:
        is_a_persons = state.is_by_hand and Rule.BY_HAND in self.rules
        if self._can(state, DeliveryAction.CLAIM) and state.claims < CLAIMS_MAX and not is_a_persons:
            taken = self._moved(state, DeliveryAction.CLAIM).new_token(number).worker(number, at=At.CLAIMED)
            yield "claims", taken._replace(has_intent=False, claims=state.claims + 1)
        if self._can(state, DeliveryAction.HAND_OVER) and state.is_by_hand and state.claims < CLAIMS_MAX:
            handed = self._moved(state, DeliveryAction.HAND_OVER)
            yield "hands it over", handed._replace(claims=state.claims + 1, is_done=False)
        # What a person typed can't be recognised.
        found = state.visible > 0 and state.is_listed and not state.is_by_hand
        if (
            state.delivery is DeliveryState.UNKNOWN
            and not state.asks
            and (found or self._absence_counts(state))
        ):
            looked = state.new_token(number).worker(number, at=At.LOOKED, found=found)
            yield f"looks and {'finds it' if found else 'sees nothing'}", looked

    def _absence_counts(self, state: State) -> bool:
        is_settled = state.is_settled or Rule.SETTLED not in self.rules
        return is_settled and (state.is_listed or Rule.LISTED not in self.rules)

    def _gives_intent(self, state: State, number: int) -> Iterator[Step]:
        mine = state.workers[number].is_newest or Rule.TOKEN not in self.rules
        if not mine or state.delivery is not DeliveryState.PUBLISHING:
            yield "learns that it lost the lease", state.rests(number)
            return
        yield "fails before the intent", state.worker(number, at=At.NOTHING_OUT)
        if state.is_withdrawn and Rule.WANTED in self.rules:
            yield "is refused the intent", self._written(state, number, DeliveryAction.STOP)
            return
        stored = state._replace(has_intent=Rule.INTENT in self.rules)
        given = {"at": At.INTENT, "is_fresh": True}
        unapproved = state.is_withdrawn
        yield "stores the intent", stored.worker(number, **given)._replace(unapproved=unapproved)
        if Rule.CONFIRMED in self.rules:
            yield "stores the intent unconfirmed", stored.worker(number, at=At.NOTHING_OUT)
            return
        yield "believes the intent stored", state.worker(number, **given)._replace(unapproved=unapproved)

    def _calls(self, state: State, number: int) -> Iterator[Step]:
        if state.workers[number].is_fresh or Rule.DEADLINE not in self.rules:
            yield "calls", state.worker(number, at=At.CALLING, is_calling=True, is_fresh=False)
        else:
            yield "is too late to call", state.worker(number, at=At.NOTHING_OUT)

    def _notes_that_nothing_is_out(self, state: State, number: int) -> Iterator[Step]:
        if state.is_withdrawn:
            yield "notes that it ends here", self._written(state, number, DeliveryAction.STOP)
            return
        yield "puts it back", self._written(state, number, DeliveryAction.PUT_BACK)
        yield "notes that it failed", self._written(state, number, DeliveryAction.FAIL)

    def _concluded(self, state: State, number: int) -> State:
        worker = state.workers[number]
        counts = worker.is_newest or Rule.LOOK_TOKEN not in self.rules
        action = DeliveryAction.LEAVE if state.is_withdrawn else DeliveryAction.RULE_OUT
        if worker.found:
            action = DeliveryAction.CONFIRM
        is_open = state.delivery is DeliveryState.UNKNOWN
        if counts and is_open and state.is_by_hand and Rule.ASKED in self.rules:
            return state._replace(asks=True).rests(number)
        return (self._moved(state, action) if counts and is_open else state).rests(number)

    def _of_time(self, state: State) -> Iterator[Step]:
        if state.delivery is DeliveryState.PUBLISHING:
            action = DeliveryAction.STOP if state.is_withdrawn else DeliveryAction.PUT_BACK
            if state.has_intent:
                action = DeliveryAction.LOSE_TRACK
            yield "the lease ends", self._moved(state, action).new_token().deadlines_pass()
        if state.delivery is DeliveryState.UNKNOWN and any(each.is_fresh for each in state.workers):
            yield "time passes", state.deadlines_pass()
        if not state.is_listed:
            yield "the platform lists it", state._replace(is_listed=True)
        if state.delivery is DeliveryState.RECOVERING:
            gone = state._replace(visible=0)
            yield "it is taken down", self._moved(gone, DeliveryAction.TAKE_DOWN)
            yield "it is taken down, nobody learns of it", gone
            yield "it can't be taken down", self._moved(state, DeliveryAction.NEED_HANDS)

    def _of_person(self, state: State) -> Iterator[Step]:
        """What a person does whose delivery it is, and who answers truly when asked."""
        if state.delivery is DeliveryState.MANUAL_DUE and not state.is_done:
            yield "somebody publishes it by hand", state._replace(visible=state.visible + 1, is_done=True)
        if state.is_done and self._can(state, DeliveryAction.CONFIRM):
            yield (
                "somebody gives its address",
                self._moved(state, DeliveryAction.CONFIRM)._replace(is_done=False),
            )
        if state.asks and state.delivery is DeliveryState.UNKNOWN:
            action = DeliveryAction.LEAVE if state.is_withdrawn else DeliveryAction.RULE_OUT
            if state.visible:
                action = DeliveryAction.CONFIRM
            said = "it is out" if state.visible else "it isn't out"
            yield f"somebody looks and says that {said}", self._moved(state, action)._replace(asks=False)

    def interventions(self, state: State) -> Iterator[Step]:
        """Whatever people can do now."""
        yield from self._of_restore(state)
        if not state.is_withdrawn and (
            self._can(state, DeliveryAction.CANCEL) or state.delivery in _ON_ITS_WAY
        ):
            yield (
                "the approval is taken back",
                self._moved(state, DeliveryAction.CANCEL)._replace(is_withdrawn=True),
            )
        if self._can(state, DeliveryAction.RETRY) and not state.is_withdrawn:
            yield "somebody tries it again", self._moved(state, DeliveryAction.RETRY)
        if self._can(state, DeliveryAction.RECOVER):
            yield "somebody has it taken down", self._moved(state, DeliveryAction.RECOVER)
        if state.delivery is DeliveryState.MANUAL_RECOVERY_NEEDED:
            yield "somebody takes it down", self._moved(state._replace(visible=0), DeliveryAction.TAKE_DOWN)

    def _of_restore(self, state: State) -> Iterator[Step]:
        """The backup knows nothing of a withdrawal either; a person reviews that, so it isn't tried here."""
        if state.is_restored or not state.claims or state.is_withdrawn:
            return
        first, second = (Worker(is_calling=each.is_calling) for each in state.workers)
        old = state._replace(
            delivery=DeliveryState.SCHEDULED,
            workers=(first, second),
            has_intent=False,
            is_restored=True,
            is_done=False,
            asks=False,
        )
        yield (
            "a backup is restored",
            self._moved(old, DeliveryAction.DOUBT) if Rule.RESTORED in self.rules else old,
        )


def _call_ends(state: State, number: int) -> Iterator[Step]:
    """Whatever may become of a call; nobody is told when its worker is gone."""
    ended = state.worker(number, is_calling=False)
    out = ended._replace(visible=state.visible + 1, is_listed=False)
    is_waiting = state.workers[number].at is At.CALLING

    def told(after: State, at: At) -> State:
        return after.worker(number, at=at) if is_waiting else after

    yield "'s call publishes", told(out, At.ANSWERED)
    if is_waiting:
        yield "'s call publishes, the answer is lost", told(out, At.UNCLEAR)
        yield "'s call is refused", told(ended, At.NOTHING_OUT)
    yield "'s call is lost", told(ended, At.UNCLEAR)
