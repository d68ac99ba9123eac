"""From what a member says to what can be seen: commands fall away, descriptions stay."""

from __future__ import annotations

import re
from functools import cache

from bot.planner.text import TAKEN
from bot.planner.vocabulary import END, START, Pattern, compiled, expression, fold, words

CLAUSES = re.compile(
    r"[,;!?:\n、。，！？；…]+|\.(?=\s|$)|\s[-–—]+\s|(?<![a-zA-Z])(?:but|though|while|pero|aber|mais|mas|но)(?![a-zA-Z])"
)
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
MAX_CLAUSES = 8
MAX_ROUNDS = 6


def clauses_of(text: str, full: str, language: str) -> list[str]:
    """Return what a message describes, clause by clause, in the member's words; known foreign words in English.

    `text` has the names of looks taken out, `full` has them in: a clause of nothing but a look's name is left out.
    """
    if language in {"ja", "zh"}:
        return _glossed(text, language)
    pairs = zip(CLAUSES.split(text), CLAUSES.split(full), strict=False)
    found = [described(whole, language) for bare, whole in pairs if _telling(described(bare, language))]
    return [clause for clause in dict.fromkeys(found) if clause][:MAX_CLAUSES]


def described(clause: str, language: str) -> str:
    """Return the description in one clause, perhaps nothing."""
    text = _plain(clause)
    if _complaint().search(fold(text)):
        return _trim(_complaint().sub(r"\2", fold(text)))
    if language != "en":
        return _trim(_translated(text, language))
    text = _dropped(text)
    for _ in range(MAX_ROUNDS):
        shorter = _dropped(_led(text))
        if shorter == text:
            break
        text = shorter
    for pattern, replacement in _inner():
        text = pattern.sub(replacement, text)
    return _trim(_plain(text))


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace(TAKEN, " ")).strip(" '\"()-.*_#>")


def _dropped(text: str) -> str:
    return _plain(_drop().sub(" ", text))


def _led(text: str) -> str:
    """Take away how the clause begins, by the first rule that applies."""
    for pattern, replacement in _lead():
        changed = pattern.sub(replacement, text, count=1)
        if changed != text:
            return _plain(changed)
    return text


def _trim(text: str) -> str:
    """Take loose small words off both ends."""
    before = None
    while before != text:
        before = text
        for pattern in _loose():
            text = pattern.sub("", text)
    return text.strip(" '\"()-.*_")


@cache
def _loose() -> tuple[Pattern, ...]:
    ends, starts = ("|".join(words("phrases")["trim"][k]) for k in ("end", "start"))
    return _any_case(rf"\s+(?:{ends})$"), _any_case(rf"^(?:{starts})\s+"), _any_case(rf"^(?:{ends})$")


def _telling(clause: str) -> bool:
    """Whether anything can be seen in it: more than small talk and small words."""
    left = _silent().sub(" ", fold(clause))
    small = set(words("languages")["fillers"]["en"])
    return any(w not in small for w in re.findall(r"[^\W\d_]{2,}|\d{2,4}s", left))


def _translated(text: str, language: str) -> str:
    gloss = words("languages")["gloss"]
    dropped = set(words("languages")["dropped"].get(language, ()))
    folded = fold(text)
    for phrase_ in (g for g in gloss if " " in g):
        folded = folded.replace(phrase_, gloss[phrase_])
    kept = [gloss.get(w, w) for w in re.findall(r"[^\W_]+", folded) if w not in dropped or w in gloss]
    return " ".join(w for w in kept if w not in dropped)


def _glossed(text: str, language: str) -> list[str]:
    """Japanese and Chinese are written without spaces: the longest glossary words are found in them."""
    gloss = words("languages")["gloss"]
    found: list[tuple[int, str]] = []
    left = fold(text)
    for word in words("languages")["dropped"][language]:
        left = left.replace(word, TAKEN * len(word))
    for word in sorted((w for w in gloss if CJK.search(w)), key=len, reverse=True):
        at = left.find(word)
        if at >= 0:
            found.append((at, gloss[word]))
            left = left.replace(word, TAKEN * len(word))
    seen = [english for _, english in sorted(found)]
    foreign = [m.group() for m in re.finditer(r"[a-z][a-z -]{2,}|[\u3400-\u9fffァ-ヶー]{2,}", left)]
    return list(dict.fromkeys([" ".join(seen)] * bool(seen) + foreign))[:MAX_CLAUSES]


@cache
def _rules() -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = words("rewrites")
    return found


def _any_case(pattern: str) -> Pattern:
    return re.compile(pattern, re.IGNORECASE)


@cache
def _drop() -> Pattern:
    joined = "|".join(f"(?:{expression(p)})" for p in words("rewrites")["drop"])
    return _any_case(f"{START}(?:{joined}){END}")


@cache
def _lead() -> tuple[tuple[Pattern, str], ...]:
    return tuple((_any_case(rf"^(?:{expression(p)})"), replacement) for p, replacement in _rules()["lead"])


@cache
def _inner() -> tuple[tuple[Pattern, str], ...]:
    return tuple((_any_case(expression(p)), replacement) for p, replacement in _rules()["inner"])


@cache
def _complaint() -> Pattern:
    return re.compile(expression(words("rewrites")["complaint"][0]))


@cache
def _silent() -> Pattern:
    talk, action = words("phrases")["talk"], words("phrases")["action"]
    keys = [*talk["thanks"], *talk["greeting"], *talk["praise"], *talk["chatter"], *action["again"], *action["compare"]]
    return compiled([p for p in keys if "$" not in p and "^" not in p])
