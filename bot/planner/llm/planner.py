"""Asks a language model for a plan, within a time budget, and falls back to the embedded planner.

What a member wrote is heard by the embedded planner first. Its plan is the answer whenever the model gives none, and
its ear the judge of what the model gives: whoever tries to give orders is not put through to the model at all.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.planner.hearing import hear
from bot.planner.llm import draft as drafts
from bot.planner.llm import prompt, trust
from bot.planner.llm.breaker import Breaker
from bot.planner.llm.chat import Chat
from bot.planner.llm.measures import SPARED, Measure, count
from bot.planner.llm.problems import Declined, Garbled, Leaking, ModelProblem, Refused, TooSlow, Unfit
from bot.planner.llm.sight import Sight
from bot.planner.llm.trust import Asked
from bot.planner.llm.wire import Answer, Message, Question, Style
from bot.planner.plan import Action, Context, Plan, Planner

log = logging.getLogger(__name__)

#: How often a busy server is asked, in all.
TRIES = 2
#: How much of a wrong plan goes back with what is wrong about it.
ECHOED_CHARS = 4000
#: A busy server is asked again after so long, unless it wants to be left alone for longer than this.
PAUSE_S, PATIENCE_S = 0.3, 2.0
#: Whoever says no more than this and was understood need not wait for a model.
BRIEF_WORDS, BRIEF_CHARS = 3, 24
PLAIN = frozenset({Action.CANCEL, Action.PICK, Action.REROLL, Action.BACK})
#: Ways to ask for typed output, the one that holds a model best first.
STYLES = (Style.SCHEMA, Style.TOOL, Style.TEXT)


@dataclass(frozen=True)
class Model:
    """Which model is asked, and how. `styles` are tried in turn until the server takes one."""

    name: str
    budget_s: float = 8.0
    stream: bool = False
    styles: tuple[Style, ...] = STYLES


@dataclass
class _Tally:
    """What one message has cost so far."""

    began: float
    attempts: int = 0
    tokens_in: int = 0
    tokens_out: int = 0

    def add(self, answer: Answer) -> None:
        self.tokens_in += answer.tokens_in
        self.tokens_out += answer.tokens_out


@dataclass
class LlmPlanner:
    """A planner that asks `chat`; `sight` is for models that can see, `embedded` answers when the model does not."""

    chat: Chat
    model: Model
    embedded: Planner
    sight: Sight | None = None
    clock: Callable[[], float] = time.monotonic
    breaker: Breaker = field(default_factory=Breaker)
    _style: int = 0

    async def plan(self, text: str, context: Context) -> Plan:
        """Return what the member wants; never raises, and never takes much longer than the budget."""
        plain = await self.embedded.plan(text, context)
        heard = await asyncio.to_thread(hear, text, context)
        asked = Asked(text, context, heard, plain)
        if why := _unasked(asked):
            count(Measure(why))
            return plain
        if not self.breaker.asks(self.clock()):
            count(Measure("spared"))
            return plain.evolve(note=prompt.note("spared"))
        return await self._asked(asked)

    async def close(self) -> None:
        """Close the connections."""
        await self.chat.close()

    async def _asked(self, asked: Asked) -> Plan:
        """Ask, and keep count of how it went."""
        self.breaker = self.breaker.asked(self.clock())
        tally = _Tally(self.clock())
        try:
            plan = await self._within_budget(asked, tally)
        except ModelProblem as problem:
            after = problem.after if isinstance(problem, Declined) else None
            self.breaker = self.breaker.failed(self.clock(), problem.weight, after)
            self._count(tally, problem.outcome, "" if problem.weight == 0 else str(problem))
            return asked.plain.evolve(note=prompt.note(problem.outcome))
        except Exception:
            log.exception("the language model's answer could not be handled")
            self.breaker = self.breaker.failed(self.clock())
            self._count(tally, "broken")
            return asked.plain.evolve(note=prompt.note("broken"))
        except BaseException:
            self.breaker = self.breaker.released()
            raise
        self.breaker = self.breaker.answered()
        self._count(tally, "ok")
        return plan

    def _count(self, tally: _Tally, outcome: str, detail: str = "") -> None:
        SPARED.set(self.breaker.open)
        took = self.clock() - tally.began
        version = str(prompt.templates()["version"])
        count(Measure(outcome, took, tally.attempts, tally.tokens_in, tally.tokens_out, version, detail[:200]))

    async def _within_budget(self, asked: Asked, tally: _Tally) -> Plan:
        try:
            async with asyncio.timeout(self.model.budget_s):
                return await self._drafted(asked, tally)
        except TimeoutError as error:
            raise TooSlow(f"more than {self.model.budget_s:g} s") from error

    async def _drafted(self, asked: Asked, tally: _Tally) -> Plan:
        """Ask for a draft; one that is wrong goes back once with what is wrong about it."""
        pictures = await self.sight.look(asked.context.pictures) if self.sight else ()
        first = Message("user", await asyncio.to_thread(prompt.message, asked), pictures)
        answer = await self._answered(asked.context, (first,), tally)
        try:
            return _believed(answer, asked)
        except (Garbled, Unfit) as problem:
            again = Message("user", prompt.retry(str(problem)))
        said = Message("assistant", answer.text[:ECHOED_CHARS] or "{}")
        return _believed(await self._answered(asked.context, (first, said, again), tally), asked)

    async def _answered(self, context: Context, messages: tuple[Message, ...], tally: _Tally) -> Answer:
        """Put one question; a busy server is asked again, and one that knows no schema in another style.

        The style that was answered is the first one from then on.
        """
        tries, style = 0, self._style
        while True:
            tally.attempts += 1
            try:
                answer = await self.chat.ask(self._question(context, messages, self.model.styles[style]))
            except Declined as problem:
                if problem.misunderstood and style + 1 < len(self.model.styles):
                    style += 1
                    continue
                tries += 1
                if not problem.passing or tries >= TRIES or (problem.after or 0) > PATIENCE_S:
                    raise
                await asyncio.sleep(problem.after or PAUSE_S)
            else:
                tally.add(answer)
                self._style = style
                return answer

    def _question(self, context: Context, messages: tuple[Message, ...], style: Style) -> Question:
        wanted = prompt.templates()["request"]
        return Question(
            model=self.model.name,
            system=prompt.system(prompt.card_lines(context.models), spelled=style is Style.TEXT),
            messages=messages,
            schema=drafts.schema(),
            style=style,
            stream=self.model.stream,
            temperature=wanted["temperature"],
            max_tokens=wanted["max_tokens"],
        )


def _unasked(asked: Asked) -> str | None:
    """Return why a message is not put to the model, or None: an order to it, or nothing that needs one."""
    if prompt.orders(asked.text, asked.heard):
        return "guarded"
    few = len(asked.text.split()) <= BRIEF_WORDS and len(asked.text) <= BRIEF_CHARS
    return "plain" if not asked.text.strip() or (few and asked.plain.action in PLAIN) else None


def _believed(answer: Answer, asked: Asked) -> Plan:
    """Return the plan of an answer.

    Raises:
        Refused: when the model would not answer.
        Garbled: when the answer is no plan.
        Leaking: when it says what nobody is told.
        Unfit: when it does not fit the thread.
    """
    if answer.refused:
        raise Refused
    if answer.cut:
        raise Garbled("the answer was too long and broke off")
    draft = drafts.read(answer.text)
    if trust.leaks(draft, prompt.rules()):
        raise Leaking
    if wrong := trust.complaints(draft, asked):
        raise Unfit("; ".join(wrong))
    return trust.plan_of(draft, asked)
