"""Numbers in a member's words: which picture, how many, how long, how large."""

from __future__ import annotations

import re
from functools import cache

from bot.planner.text import TAKEN, Scan
from bot.planner.vocabulary import END, START, Pattern, compiled, expression, fold, number, words

MAX_SECONDS = 10
SCALES = (2, 4)


def _alternatives(section: str, key: str) -> str:
    return "|".join(f"(?:{expression(p)})" for p in words("languages")[section][key])


@cache
def _pattern(name: str) -> Pattern:
    return re.compile(_sources()[name])


@cache
def _sources() -> dict[str, str]:
    """Write the patterns of this module from the word lists."""
    n = f"(?P<n>{expression('{n}')})"
    ones, many = _alternatives("nouns", "one"), _alternatives("nouns", "many")
    places = {k: f"(?P<{k}>{_alternatives('places', k)})" for k in ("top", "bottom", "left", "right", "middle")}
    vertical, sideways = f"(?:{places['top']}|{places['bottom']})", f"(?:{places['left']}|{places['right']})"
    gap = r"[ \-]*(?:(?:the|and|a|la|de|en|zu|no|на|の|de la|hand)[ \-]*)?"
    kind = r"(?:small |subtle |other |more |new |different |slight |extra |alternative |random |quick |of the |nuevas |andere |neue |weitere |outras )*"
    return {
        "seconds": rf"{START}(?![5-9]0s){n}[ \-]?(?:{_alternatives('nouns', 'seconds')}){END}",
        "minute": rf"{START}(?:half a |an? |one |\d+ )?(?:minutes?|minutos?|minuten?|минут\w*){END}|分钟|分間",
        "scale": rf"{START}(?:(?P<a>[2-9]|1\d) ?[x×х]{END}|[x×х] ?(?P<b>[2-9]|1\d){END}|(?P<c>{expression('{n}')})[ \-]?(?:times|fold|fach|mal|veces|vezes|fois|раза?|x)(?: as)?{END})|(?P<d>[2-9两二三四五六八])倍",
        "double": rf"{START}(?:double|twice|doubled|doubling|doppelt\w*|verdoppel\w*|doble|duplic\w*|dobro|dobr\w+|вдвое|в два раза){END}|倍に",
        "triple": rf"{START}(?:triple|thrice|tripled|verdreifach\w*|dreifach|triplic\w*|втрое){END}",
        "quadruple": rf"{START}(?:quadruple\w*|vervierfach\w*|vierfach|cuadruplic\w*|quadruplic\w*|вчетверо){END}",
        "large": rf"{START}(?:a[0-3]|poster|billboard|canvas|large print|big print|8k|3\d\d ?dpi|print){END}",
        "medium": rf"{START}(?:a4){END}",
        "small": rf"{START}(?:a5|postcard){END}",
        "ago": rf"{START}{n} (?:versions?|steps?|rounds?|sets?|galler(?:y|ies)|batch(?:es)?)[ \-](?:ago|back|earlier){END}",
        "variants": rf"(?<!第){START}{n} ?(?:{kind}(?:{many})|more(?! \w*(?:er|ly){END}))(?![\w ]{{0,12}} ago){END}|(?<!第)(?P<m>[1-8一二两三四五六七八])(?:张(?!放)|枚(?!目)|个(?:版本|方案)|つの?(?:案|パターン|バリエーション)|パターン)",
        "single": rf"{START}(?:just|only|solo|nur|seulement|apenas|только) (?:the )?(?:one|1|a single|una?|uma?|eine?n?|une|один|одну)(?: (?:{ones}|{many}))?{END}(?! (?:but|is))",
        "give": rf"{START}(?:give me|show me|make|do|i want|gimme|get me|try|generate) {n}(?= *(?:of (?:them|these|it|this)|please|$|[,.;!]))",
        "grid": rf"(?:{START}|(?<=[^\x00-\x7f])){vertical}{gap}{sideways}(?! (?:corner|of the|side of)){END}",
        "grid_turned": rf"(?:{START}|(?<=[^\x00-\x7f])){sideways}{gap}{vertical}(?! (?:corner|of the|side of)){END}",
        "side": rf"(?:{START}(?:the )?one (?:on|to|at|in) (?:the )?(?:far )?|{START}|(?<=[^\x00-\x7f]))(?<!from )(?<!from the )(?<!facing )(?<!turn )(?<!pan )(?<!look )(?:{sideways}|{places['middle']})(?! (?:corner|now|here|there|eye|hand(?! one)|arm|side of|of the|foot|ear|leg|to){END}){END}",
        "row": rf"{START}(?:{vertical})(?= (?:{ones}){END}|$)",
        "hash": r"# ?(?P<n>[1-8])(?!\d)",
        "named": rf"{START}(?:number|no\.?|nr\.?|num|nummer|numero|номер|image|picture|photo|variant|version|option|pick|variante|imagen|imagem|bild|opcion|вариант|картинк\w*|v|u)[ \-]?#?{n}(?! ?(?:of|x|sec|s{END})){END}",
        "counted": r"第? ?(?P<n>[1-8一二三四五六七八])(?:番目?|枚目|つ目|号|张|个|幅|副|版(?!本))|(?P<last>最後|最后)の?(?:一张|一个|やつ|もの|画像|枚)?",
        "bare": rf"(?:^|(?<=[\s,.:;({TAKEN}]))(?<!at )(?P<n>[1-8])(?=$|[,.;!?):{TAKEN}]|'s|\s*$| (?:but|and|as|with|is|was|please|wins?|looks?|in|for|at|though|again|it|by|into|to|or|mas|pero|aber|mais|но|als|en|como|comme|als|bitte|por|s'il|пожалуйста|looks|has|needs|without|instead|because|definitely|all))(?! ?(?:x|×|k|%|sec|s){END})(?!\.\d)",
    }


def _ordinal(value: str) -> Pattern:
    ones = _alternatives("nouns", "one")
    words_ = "|".join(f"(?:{expression(p)})" for p in words("languages")["ordinals"][value])
    the = r"(?:the|that|your|la|el|le|lo|der|die|das|den|dem|del|zur|zum|o|a|os|as|da|do|na|no|ao|с|со|of|de la|de|of the)"
    after = r"(?! (?:set|sets|gallery|galleries|batch|round|time|try|attempt|of all|thing|style|look|serie|vez|fois|mal|versao|floor|layer|row|light|day|place|glance|bild(?:er)? von))"
    final = rf"{END}(?:[ \-](?:{ones}){END})?"
    alone = r"(?=\s*$|[,.;!?]| (?:but|and|as|with|please|is|looks|wins|in|into|to|mas|pero|aber|mais|но|als|como|comme|en|con|avec|com|mit|sin|sans|ohne|bitte|por|na|for|at|s'il|пожалуйста|though|again|gefallt|me|в|с|как|it))"
    return re.compile(rf"{START}(?:(?:{the}[ \-])(?:{words_}){after}{final}|(?:{words_})[ \-](?:{ones}){END}|(?:{words_}){after}{END}{alone})")


@cache
def _ordinals() -> tuple[tuple[str, Pattern], ...]:
    return tuple((value, _ordinal(value)) for value in words("languages")["ordinals"])


def seconds(scan: Scan) -> tuple[float | None, bool]:
    """Take a duration; return it within 1 to 10 seconds, and whether it had to be cut."""
    if match := scan.find(_pattern("seconds")):
        said = number(match["n"])
        scan.take(*match.span())
        return float(max(1, min(said, MAX_SECONDS))), said > MAX_SECONDS
    if match := scan.find(_pattern("minute")):
        scan.take(*match.span())
        return float(MAX_SECONDS), True
    return None, False


def scale(scan: Scan) -> int | None:
    """Take how much larger, from 2 to 4; a paper size means what it takes from an ordinary picture."""
    for name, value in (("quadruple", 4), ("triple", 3), ("double", 2)):
        if match := scan.find(_pattern(name)):
            scan.take(*match.span())
            return value
    if match := scan.find(_pattern("scale")):
        scan.take(*match.span())
        return max(SCALES[0], min(_number(match["a"] or match["b"] or match["c"] or match["d"]), SCALES[1]))
    return next((v for name, v in (("large", 4), ("medium", 3), ("small", 2)) if scan.has(_pattern(name))), None)


def _number(text: str) -> int:
    return {"两": 2, "二": 2, "三": 3, "四": 4}.get(text) or number(text)


def versions_ago(scan: Scan) -> int | None:
    """Take how many galleries to go back."""
    if match := scan.find(_pattern("ago")):
        scan.take(*match.span())
        return number(match["n"])
    return None


def variants(scan: Scan) -> int | None:
    """Take how many variants are wished for, from 1 to 8."""
    for name in ("variants", "single", "give"):
        if match := scan.find(_pattern(name)):
            scan.take(*match.span())
            found = match.groupdict()
            said = found.get("n") or found.get("m")
            return max(1, min(_number(said), 8)) if said else 1
    return None


def base(scan: Scan, count: int) -> int | None:
    """Take which of `count` variants is meant; None when no place or number is named."""
    for name in ("grid", "grid_turned", "counted", "hash", "named"):
        if match := scan.find(_pattern(name)):
            found = _place(match, count) if name.startswith("grid") else _counted(match, count)
            scan.take(*match.span())
            return found
    return _ordered(scan, count) or _sideways(scan, count) or _bare(scan, count)


def _counted(match: re.Match[str], count: int) -> int | None:
    return (count or None) if "last" in match.groupdict() and match["last"] else number(match["n"])


def _ordered(scan: Scan, count: int) -> int | None:
    for value, pattern in _ordinals():
        if match := scan.find(pattern):
            scan.take(*match.span())
            return count or None if value == "last" else int(value)
    return None


def _sideways(scan: Scan, count: int) -> int | None:
    """A side names one of two or three; in a grid of four it takes a row too."""
    match = scan.find(_pattern("side")) or scan.find(_pattern("row"))
    if match is None or count not in {1, 2, 3}:
        return None
    place = _place(match, count)
    scan.take(*match.span())
    return place


def _place(match: re.Match[str], count: int) -> int | None:
    """Return the number at a place of the grid: 1 2 / 3 4, or a row of two or three."""
    found = {k for k, v in match.groupdict().items() if v}
    if count == 3 and not found & {"top", "bottom"}:
        return 1 if "left" in found else 2 if "middle" in found else 3
    column = 2 if "right" in found else 1
    row = 1 if "bottom" in found else 0
    if count <= 2:
        return min(max(count, 1), 2 if column == 2 or row == 1 else 1)
    rows = (count + 1) // 2
    return min(count, 2 * (rows - 1 if row else 0) + column)


def _bare(scan: Scan, count: int) -> int | None:
    """A digit by itself is a variant, if there is one with that number."""
    match = scan.find(_pattern("bare"))
    if match and int(match["n"]) <= count:
        scan.take(*match.span("n"))
        return int(match["n"])
    return None


def all_numbers(text: str) -> set[int]:
    """Return every variant number that is named in a message."""
    return {int(n) for n in re.findall(r"(?<![\d.])#?([1-8])(?![\dx.])", fold(text))}
