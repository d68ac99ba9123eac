// The client's markdown subset, from text to nodes.
import { h, safeUrl } from "./dom.js";
import { EMOJI_SOURCE, emoji } from "./emoji.js";
import { timestamp } from "./time.js";

const FENCE = /```(?:([\w+-]+)\n)?([\s\S]+?)```/g;

const link = (url, children) => {
  const href = safeUrl(url);
  return href ? h("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...children) : null;
};

const spoiler = (children) => {
  const show = (event) => event.currentTarget.classList.add("shown");
  return h("span", { class: "spoiler", role: "button", tabindex: "0", "aria-label": "Spoiler", onclick: show, onkeydown: show }, ...children);
};

const mention = (text, onclick) =>
  h("span", { class: "mention", ...(onclick && { role: "link", tabindex: "0", onclick, onkeydown: (e) => e.key === "Enter" && onclick() }) }, text);

/** Each rule: [name, source of its pattern (one group a value), what it becomes]. The first that matches earliest wins. */
const RULES = [
  [/\\([^\w\s])/, (m) => m[1]],
  [/(`+)([\s\S]*?[^`])\1(?!`)/, (m) => h("code", {}, m[2].trim())],
  [/<(https?:\/\/[^\s<>]+)>/, (m) => link(m[1], [m[1]])],
  [/\[([^\]\n]+)\]\(<?(https?:\/\/[^\s)>]+)>?\)/, (m, say) => link(m[2], say(m[1]))],
  [/https?:\/\/[^\s<>]*[^\s<>.,:;"')\]*_~|]/, (m) => link(m[0], [m[0]])],
  [/<@!?(\d+)>/, (m, _say, world) => mention(`@${world.userName(m[1])}`)],
  [/<#(\d+)>/, (m, _say, world) => mention(`#${world.channelName(m[1])}`, () => world.open(m[1]))],
  [/<@&(\d+)>/, () => mention("@role")],
  [/<\/([^:<>\n]{1,100}):\d+>/, (m) => mention(`/${m[1]}`)],
  [/<t:(-?\d{1,13})(?::([tTdDfFR]))?>/, (m) => timestamp(Number(m[1]), m[2])],
  [/<a?:(\w+):\d+>/, (m) => `:${m[1]}:`],
  [/\*\*\*(?=\S)([\s\S]+?)\*\*\*/, (m, say) => h("strong", {}, h("em", {}, ...say(m[1])))],
  [/\*\*(?=\S)([\s\S]+?)\*\*(?!\*)/, (m, say) => h("strong", {}, ...say(m[1]))],
  [/__(?=\S)([\s\S]+?)__(?!_)/, (m, say) => h("u", {}, ...say(m[1]))],
  [/\*(?=\S)((?:[^*]|\*\*)+?)\*(?!\*)/, (m, say) => h("em", {}, ...say(m[1]))],
  [/(?<!\w)_(?=\S)([^_]+?)_(?!\w)/, (m, say) => h("em", {}, ...say(m[1]))],
  [/~~(?=\S)([\s\S]+?)~~/, (m, say) => h("s", {}, ...say(m[1]))],
  [/\|\|([\s\S]+?)\|\|/, (m, say) => spoiler(say(m[1]))],
  [new RegExp(EMOJI_SOURCE), (m) => emoji(m[0])],
];

function earliest(text) {
  let best = null;
  for (const [pattern, make] of RULES) {
    const match = pattern.exec(text);
    if (match && (!best || match.index < best.match.index)) best = { match, make };
  }
  return best;
}

/** Nodes and strings of one run of text. `world` names users and channels and opens them. */
export function inline(text, world) {
  const out = [];
  for (let rest = text; rest; ) {
    const found = earliest(rest);
    if (!found) return [...out, rest];
    const { match, make } = found;
    const made = make(match, (inner) => inline(inner, world), world);
    out.push(rest.slice(0, match.index), ...(made === null ? [match[0]] : [made]));
    rest = rest.slice(match.index + match[0].length);
  }
  return out;
}

const LINE_KINDS = [
  ["heading", /^(#{1,3}) +(.+)$/],
  ["subtext", /^-# +(.+)$/],
  ["quote", /^> ?(.*)$/],
  ["item", /^( *)(?:[-*]|(\d{1,9})\.) +(.+)$/],
];

function kindOf(line) {
  for (const [kind, pattern] of LINE_KINDS) {
    const match = pattern.exec(line);
    if (match) return { kind, match };
  }
  return { kind: "text", match: [line, line] };
}

/** Neighbouring lines of one kind belong together, headings and subtext stand alone. */
function groups(text) {
  const found = [];
  for (const line of text.split("\n")) {
    const { kind, match } = kindOf(line);
    const last = found.at(-1);
    const same = last?.kind === kind && (kind !== "item" || Boolean(last.lines[0][2]) === Boolean(match[2]));
    if (same && kind !== "heading" && kind !== "subtext") last.lines.push(match);
    else found.push({ kind, lines: [match] });
  }
  return found;
}

const MAKE = {
  heading: ([match], world) => h(`h${match[1].length}`, {}, ...inline(match[2], world)),
  subtext: ([match], world) => h("small", { class: "subtext" }, ...inline(match[1], world)),
  quote: (lines, world) => h("blockquote", {}, ...blocks(lines.map((line) => line[1]).join("\n"), world)),
  text: (lines, world) => h("span", { class: "text" }, ...inline(lines.map((line) => line[1]).join("\n"), world)),
  item: (lines, world) => {
    const ordered = lines[0][2];
    const items = lines.map((line) => h("li", { class: line[1].length > 1 ? "nested" : "" }, ...inline(line[3], world)));
    return ordered ? h("ol", { start: ordered }, ...items) : h("ul", {}, ...items);
  },
};

function blocks(text, world) {
  const whole = /^>>> ?([\s\S]+)$/m.exec(text);
  if (whole) {
    const before = text.slice(0, whole.index).replace(/\n$/, "");
    return [...(before ? blocks(before, world) : []), h("blockquote", {}, ...blocks(whole[1], world))];
  }
  return groups(text).map(({ kind, lines }) => MAKE[kind](lines, world));
}

/** The nodes of a whole message. */
export function markdown(text, world) {
  const out = [];
  let from = 0;
  for (const match of text.matchAll(FENCE)) {
    const before = text.slice(from, match.index).replace(/\n$/, "");
    if (before) out.push(...blocks(before, world));
    out.push(h("pre", {}, h("code", {}, match[2].replace(/^\n|\n$/g, ""))));
    from = match.index + match[0].length;
  }
  const rest = text.slice(from).replace(/^\n/, "");
  return rest ? [...out, ...blocks(rest, world)] : out;
}

/** One line without formatting, for previews. */
export function plain(text, world) {
  return text
    .replace(/<@!?(\d+)>/g, (_, id) => `@${world.userName(id)}`)
    .replace(/<#(\d+)>/g, (_, id) => `#${world.channelName(id)}`)
    .replace(/<t:(-?\d+)(?::\w)?>/g, (_, unix) => new Date(unix * 1000).toLocaleString("en-US"))
    .replace(/```|\*\*|__|~~|\|\||`|^#{1,3} |^-# /gm, "")
    .replace(/\s+/g, " ")
    .trim();
}
