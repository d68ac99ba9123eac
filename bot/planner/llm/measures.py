"""What asking a language model costs, as Prometheus counts and one line of log a question.

A member's words are in neither; what a server says of its own error is logged as it says it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from prometheus_client import Counter, Gauge, Histogram

log = logging.getLogger(__name__)

QUESTIONS = Counter("easel_llm_questions", "Messages, by what came of asking the language model.", ["outcome"])
SECONDS = Histogram(
    "easel_llm_seconds",
    "How long a member waited for the language model.",
    buckets=(0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 12),
)
TOKENS = Counter("easel_llm_tokens", "Tokens that the language model read and wrote.", ["kind"])
SPARED = Gauge("easel_llm_spared", "1 while the language model is left alone because it failed, else 0.")

#: Outcomes for which the model was not asked at all.
UNASKED = frozenset({"spared", "guarded", "plain"})


@dataclass(frozen=True)
class Measure:
    """One message.

    `outcome` is as in `problems`, or ok, broken (on our side), spared (by the breaker), guarded (it speaks of the
    planner), plain (it needs no model).
    """

    outcome: str
    seconds: float = 0.0
    attempts: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    prompt: str = ""
    detail: str = ""


def count(measure: Measure) -> None:
    """Count a message and log it."""
    QUESTIONS.labels(measure.outcome).inc()
    if measure.outcome in UNASKED:
        log.debug("llm outcome=%s", measure.outcome)
        return
    SECONDS.observe(measure.seconds)
    TOKENS.labels("in").inc(measure.tokens_in)
    TOKENS.labels("out").inc(measure.tokens_out)
    log.log(
        logging.INFO if measure.outcome == "ok" else logging.WARNING,
        "llm outcome=%s seconds=%.2f attempts=%d tokens_in=%d tokens_out=%d prompt=%s%s",
        measure.outcome,
        measure.seconds,
        measure.attempts,
        measure.tokens_in,
        measure.tokens_out,
        measure.prompt,
        f" detail={measure.detail!r}" if measure.detail else "",
    )
