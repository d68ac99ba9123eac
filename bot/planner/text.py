"""A member's words made ready for reading: slang, emoji and misspellings set right, and spans taken one by one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from bot.planner.vocabulary import Pattern, fold, known_words, words

#: Stands where something was taken; neither letter nor space.
TAKEN = "¦"
MAX_CHARS = 2000

CONTRACTIONS = (
    (re.compile(r"n['’`]t\b", re.IGNORECASE), "nt"),
    (
        re.compile(
            r"\b(i|you|we|they|he|she|it|that|this|what|who|there|here|let|how|where)['’`](m|s|re|ve|ll|d)\b",
            re.IGNORECASE,
        ),
        r"\1\2",
    ),
    (re.compile(r"\bwhy (?:not|dont (?:we|you))\b", re.IGNORECASE), "maybe"),
    (re.compile(r"\bw/o\b", re.IGNORECASE), "without"),
    (re.compile(r"\bw/\s*", re.IGNORECASE), "with "),
    (re.compile(r"\s[+&]\s"), " and "),
    (
        re.compile(r"\bmore like (an? )?([^,.;!?]{2,30}?) than ([^,.;!?]{2,30})", re.IGNORECASE),
        r"more like \1\2, not \3",
    ),
    (re.compile(r"<[@#:!&a-zA-Z0-9_]+>|https?://\S+"), " "),
    (re.compile(r"[’`´]"), "'"),
    (re.compile("ß"), "ss"),
    (re.compile(r"[“”„«»]"), '"'),
    (re.compile(r"[ \t\r\f\v]+"), " "),
)
EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u20e3\u200d]+")
CLAUSE = re.compile(
    r"[.,;!?:\n、。，！？；…]+(?=\s|$|[^\x00-\x7f])|\s[-–—]+\s|[、。，！？；]|"
    r"(?<![a-z])(but|while|though|except|then|pero|aber|mais|mas|sondern)(?![a-z])|"
    r"(?<![а-яё])(но|а)(?![а-яё])|"
    r"(?<![a-z])(and|y|e|et|und) (?=(keep|dont|leave|make|add|put|change|turn|swap|remove|with no|no|preserve|maintain|"
    r"more|less|without)(?![a-z]))|"
    r"(?<![a-z])(?=(without|keeping|preserving|leaving|sin|sans|ohne|sem) )"
)


@dataclass
class Scan:
    """Words under reading. `text` and `folded` have the same length; what was understood is taken out of both."""

    text: str
    folded: str

    def find(self, pattern: Pattern) -> re.Match[str] | None:
        """Return the first match in what is left, or None."""
        return pattern.search(self.folded)

    def take(self, start: int, end: int) -> str:
        """Take a span out and return its words."""
        found = self.text[start:end]
        self.text = self.text[:start] + TAKEN * (end - start) + self.text[end:]
        self.folded = self.folded[:start] + TAKEN * (end - start) + self.folded[end:]
        return found

    def take_all(self, pattern: Pattern) -> list[str]:
        """Take every match out and return their words, folded."""
        found = list(pattern.finditer(self.folded))
        taken = [m.group() for m in found if m.group()]
        for match in found:
            self.take(*match.span())
        return taken

    def has(self, pattern: Pattern) -> bool:
        """Whether something in what is left matches."""
        return self.find(pattern) is not None

    def clauses(self) -> Iterator[tuple[int, int]]:
        """Yield the spans between punctuation and conjunctions."""
        start = 0
        for match in CLAUSE.finditer(self.folded):
            if match.start() > start:
                yield start, match.start()
            start = match.end()
        if start < len(self.folded):
            yield start, len(self.folded)

    def copy(self) -> Scan:
        """Return a copy to take other things from."""
        return Scan(self.text, self.folded)


def scan(text: str) -> Scan:
    """Make words ready for reading."""
    clean = corrected(tidy(text))
    return Scan(clean, fold(clean))


def tidy(text: str) -> str:
    """Return the words with one spelling of quotes, contractions, slang and telling emoji; other emoji only divide."""
    text = unicodedata.normalize("NFKC", "".join(_emoji_first(text[:MAX_CHARS])))
    for pattern, replacement in CONTRACTIONS:
        text = pattern.sub(replacement, text)
    slang = words("languages")["slang"]
    text = re.sub(r"\w+", lambda m: slang.get(m.group().lower(), m.group()), text)
    return re.sub(r"\s*,(?:\s*,)*\s*", ", ", re.sub(r" +", " ", text)).strip(" ,")


def _emoji_first(text: str) -> str:
    """Replace emoji before normalisation would take keycaps apart."""
    for emoji, meaning in words("languages")["emoji"].items():
        text = text.replace(emoji, f" {meaning} ")
    return EMOJI.sub(" , ", text)


def corrected(text: str) -> str:
    """Return the words with slips in telling words set right; everything else stays as it was typed."""
    return re.sub(r"\b[A-Za-z]{5,}\b", lambda m: _correct(m.group()), text)


def _correct(word: str) -> str:
    low = word.lower()
    meant, real = _spelling()
    if low in real or low in known_words():
        return word
    limit = 1 if len(low) < 8 else 2
    close = [k for k in meant if k[0] == low[0] and abs(len(k) - len(low)) <= limit and not _inflected(low, k)]
    return min((k for k in close if distance(low, k) <= limit), key=lambda k: (distance(low, k), k), default=word)


def _inflected(word: str, known: str) -> bool:
    """Whether one is the other with an ending, which is no slip."""
    return word.startswith(known) or known.startswith(word)


@cache
def _spelling() -> tuple[tuple[str, ...], frozenset[str]]:
    listed = words("languages")["spelling"]
    return tuple(sorted(set(listed["meant"]))), frozenset(listed["real"])


def distance(a: str, b: str) -> int:
    """Return the optimal string alignment distance: insertions, deletions, substitutions, neighbours swapped."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        older, before, row = before, row, [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]
