// Emoji the bots of image channels use, drawn here: a machine without a colour emoji font shows them all the same.
import { h, svg } from "./dom.js";

const FACE = ["circle", { cx: 12, cy: 12, r: 10, fill: "#ffcc4d" }];
const EYES = ["path", { d: "M8.5 8v2.5M15.5 8v2.5", stroke: "#664500", "stroke-width": 2.4, "stroke-linecap": "round" }];
const fill = (colour, d) => ["path", { d, fill: colour }];
const line = (colour, d, width = 2.4) =>
  ["path", { d, fill: "none", stroke: colour, "stroke-width": width, "stroke-linecap": "round", "stroke-linejoin": "round" }];
const tile = (colour, ...rest) => [["rect", { x: 1.5, y: 1.5, width: 21, height: 21, rx: 4, fill: colour }], ...rest];
const ARROWS = "M17 3.5 20.5 7 17 10.5M20 7H8a4 4 0 0 0-4 4v1M7 20.5 3.5 17 7 13.5M4 17h12a4 4 0 0 0 4-4v-1";

const DRAWN = {
  "👍": [fill("#ffcc4d", "M9 10.5 12.3 3c1.9-.6 3.2.7 2.8 2.8L14.6 9H20a1.9 1.9 0 0 1 1.8 2.4l-2 8A2.2 2.2 0 0 1 17.7 21H9z"), fill("#f19020", "M3 10.5h4.5V21H3a1 1 0 0 1-1-1v-8.5a1 1 0 0 1 1-1z")],
  "👎": [fill("#ffcc4d", "M9 13.5 12.3 21c1.9.6 3.2-.7 2.8-2.8L14.6 15H20a1.9 1.9 0 0 0 1.8-2.4l-2-8A2.2 2.2 0 0 0 17.7 3H9z"), fill("#f19020", "M3 13.5h4.5V3H3a1 1 0 0 0-1 1v8.5a1 1 0 0 0 1 1z")],
  "❤": [fill("#dd2e44", "M12 21C5 16 2 12.5 2 8.6A5.4 5.4 0 0 1 12 6a5.4 5.4 0 0 1 10 2.6C22 12.5 19 16 12 21z")],
  "🔥": [fill("#f4900c", "M12 1.5c1 4 6.5 6.5 6.5 13A6.7 6.7 0 0 1 12 22a6.7 6.7 0 0 1-6.5-7.5C5.5 11 7 9.5 8 7c1 1.5 1.3 2.5 1.5 3.5C11 8 12.5 5 12 1.5z"), fill("#ffcc4d", "M12.3 11.5c.4 2.5 3 3.5 3 6.5A3.3 3.3 0 0 1 12 21.3 3.3 3.3 0 0 1 8.7 18c0-2 1-2.7 1.6-4 .6.7.8 1.2.9 1.8.7-1.3 1.2-2.6 1.1-4.3z")],
  "✨": [fill("#ffac33", "M10 4l2 6 6 2-6 2-2 6-2-6-6-2 6-2zM19 2l.9 2.6L22.5 5.5l-2.6.9L19 9l-.9-2.6-2.6-.9 2.6-.9zM19 16l.8 2.2 2.2.8-2.2.8L19 22l-.8-2.2-2.2-.8 2.2-.8z")],
  "⭐": [fill("#ffac33", "M12 1.8l3.1 6.6 7.1.9-5.2 5 1.3 7.2L12 18l-6.3 3.5L7 14.3l-5.2-5 7.1-.9z")],
  "😂": [FACE, line("#664500", "M6.5 9.5 8.5 8l1.5 1.5M14 9.5 15.5 8l2 1.5", 1.8), fill("#664500", "M6.5 12.5h11a5.5 5.5 0 0 1-11 0z"), fill("#5dadec", "M2.5 13c1.5-1 3-1 3 1s-3.5 3-4 1 0-1.5 1-2zM21.5 13c-1.5-1-3-1-3 1s3.5 3 4 1 0-1.5-1-2z")],
  "😍": [FACE, fill("#dd2e44", "M8 12C5 10 4.5 8.5 5 7.3c.7-1.3 2.3-1 3 .2.7-1.2 2.3-1.5 3-.2.5 1.2 0 2.7-3 4.7zM16 12c-3-2-3.5-3.5-3-4.7.7-1.3 2.3-1 3 .2.7-1.2 2.3-1.5 3-.2.5 1.2 0 2.7-3 4.7z"), fill("#664500", "M7 14.5h10a5 5 0 0 1-10 0z")],
  "🙂": [FACE, EYES, line("#664500", "M7.5 14.5a5.5 5.5 0 0 0 9 0", 1.8)],
  "🤔": [FACE, EYES, line("#664500", "M9 15.5c2-1 4-1 6-.3M6.5 6c1-1 2.5-1 3.5-.5M14 5c1.2-.5 2.5-.2 3.5.8", 1.5)],
  "😮": [FACE, EYES, ["ellipse", { cx: 12, cy: 16, rx: 2.6, ry: 3.2, fill: "#664500" }]],
  "👀": [["ellipse", { cx: 7, cy: 12, rx: 5, ry: 8, fill: "#f5f8fa", stroke: "#8899a6" }], ["ellipse", { cx: 17, cy: 12, rx: 5, ry: 8, fill: "#f5f8fa", stroke: "#8899a6" }], ["circle", { cx: 8.5, cy: 13, r: 2.6, fill: "#292f33" }], ["circle", { cx: 18.5, cy: 13, r: 2.6, fill: "#292f33" }]],
  "🎉": [fill("#ffcc4d", "M2 22 8 8l8 8z"), line("#dd2e44", "M14 10c1-4 4-3 3.5-7", 2), line("#5dadec", "M16 13c3-1.5 3 1 6-.5", 2), fill("#77b255", "M9 3h2.5v2.5H9zM20 7h2v2h-2zM20 18h2v2h-2z")],
  "🎨": [fill("#d99e82", "M12 2.5A9.5 9.5 0 1 0 12 21.5c2 0 2.5-1.5 1.8-3-.8-1.7.3-3 2-3H19a3 3 0 0 0 3-3.5C21.5 6.5 17 2.5 12 2.5z"), ["circle", { cx: 7, cy: 12, r: 1.9, fill: "#dd2e44" }], ["circle", { cx: 9.5, cy: 7, r: 1.9, fill: "#55acee" }], ["circle", { cx: 14.5, cy: 6.5, r: 1.9, fill: "#77b255" }], ["circle", { cx: 18, cy: 10.5, r: 1.9, fill: "#ffcc4d" }]],
  "🔁": tile("#3b88c3", line("#fff", ARROWS, 2.2)),
  "🔄": tile("#3b88c3", line("#fff", "M18.5 9A7 7 0 0 0 6 8.5L5 10M5 6v4h4M5.5 15A7 7 0 0 0 18 15.5l1-1.5M19 18v-4h-4", 2.2)),
  "⬆": tile("#3b88c3", line("#fff", "M12 19V6M6.5 11 12 5.5 17.5 11", 2.8)),
  "⬇": tile("#3b88c3", line("#fff", "M12 5v13M6.5 13 12 18.5 17.5 13", 2.8)),
  "➡": tile("#3b88c3", line("#fff", "M5 12h13M13 6.5 18.5 12 13 17.5", 2.8)),
  "⬅": tile("#3b88c3", line("#fff", "M19 12H6M11 6.5 5.5 12 11 17.5", 2.8)),
  "↩": tile("#3b88c3", line("#fff", "M9 5.5 5 9.5l4 4M5.5 9.5H15a4 4 0 0 1 0 8.5h-3", 2.6)),
  "✅": tile("#77b255", line("#fff", "M6 12.5 10.5 17 18 7", 3)),
  "❌": [line("#dd2e44", "M4.5 4.5l15 15M19.5 4.5l-15 15", 4)],
  "✖": [line("#b9bbbe", "M5.5 5.5l13 13M18.5 5.5l-13 13", 3.6)],
  "⏳": [fill("#ffac33", "M5 2h14v3H5zM5 19h14v3H5z"), fill("#dff1fb", "M7 5h10c0 4-3 5-3 7s3 3 3 7H7c0-4 3-5 3-7S7 9 7 5z"), fill("#ffcc4d", "M9.5 17c1-1.5 4-1.5 5 0l.5 2H9zM9.5 8h5c-.5 1-1.5 2-2.5 2s-2-1-2.5-2z")],
  "🗑": [fill("#8899a6", "M5 7h14l-1.3 14.5H6.3z"), fill("#ccd6dd", "M3.5 4H9l1-2h4l1 2h5.5v3h-17z"), line("#66757f", "M9.5 10.5l.4 8M14.5 10.5l-.4 8", 1.6)],
  "✏": [fill("#ffac33", "M16 4l4 4L9 19l-4-4z"), fill("#ffe8b6", "M5 15l4 4-6.5 2.5z"), fill("#ea596e", "M17.2 2.8a2.8 2.8 0 0 1 4 4L20 8l-4-4z"), fill("#292f33", "M3.3 19.2l1.5 1.5-2.3.8z")],
  "🎬": [fill("#3f4a52", "M2 10h20v11H2z"), fill("#dfe6ea", "M2 5.5 21 2l.7 3.5L2.7 9zM4 13h16v1.5H4z"), line("#3f4a52", "M7 4.5l2 3M12 3.6l2 3M17 2.8l2 3", 1.6)],
  "🎞": tile("#3f4a52", fill("#8fd3f4", "M7 5h10v6H7zM7 13h10v6H7z"), fill("#dfe6ea", "M3 4h2v2H3zM3 9h2v2H3zM3 14h2v2H3zM3 19h2v2H3zM19 4h2v2h-2zM19 9h2v2h-2zM19 14h2v2h-2zM19 19h2v2h-2z")),
  "🖼": [fill("#ffac33", "M1.5 3.5h21v17h-21z"), fill("#8fd3f4", "M4.5 6.5h15v11h-15z"), fill("#5c913b", "M4.5 17.5l5-6 3.5 4 2.5-2.5 4 4.5z")],
  "🔍": [line("#8899a6", "M15 15l6 6", 4), ["circle", { cx: 10, cy: 10, r: 7, fill: "#bbddf5", stroke: "#66757f", "stroke-width": 2 }]],
  "⚠": [fill("#ffcc4d", "M12 2 1 21.5h22z"), line("#231f20", "M12 9v6M12 18.5h.01", 2.4)],
  "🎲": tile("#dfe6ea", ["circle", { cx: 7, cy: 7, r: 2, fill: "#dd2e44" }], ["circle", { cx: 17, cy: 17, r: 2, fill: "#292f33" }], ["circle", { cx: 12, cy: 12, r: 2, fill: "#292f33" }]),
  "⚖": [line("#ffac33", "M12 4v16M7 21h10M4 7h16", 2), fill("#ffcc4d", "M.5 14 4 7l3.5 7a3.5 3.5 0 0 1-7 0zM16.5 14 20 7l3.5 7a3.5 3.5 0 0 1-7 0z")],
  "ℹ": tile("#3b88c3", line("#fff", "M12 11v6M12 7h.01", 3)),
  "💡": [fill("#ffd983", "M12 1.5A7.5 7.5 0 0 0 7.5 15c1 1 1.5 2 1.5 3h6c0-1 .5-2 1.5-3A7.5 7.5 0 0 0 12 1.5z"), fill("#99aab5", "M9 18.5h6v2L13.5 22.5h-3L9 20.5z")],
  "🔒": [line("#aab8c2", "M7.5 11V7.5a4.5 4.5 0 0 1 9 0V11", 2.6), fill("#ffac33", "M4.5 10.5h15V22h-15z")],
};

const keycap = (digit) => tile("#3b88c3", ["text", {
  x: 12, y: 17.6, "text-anchor": "middle", "font-size": 16, "font-weight": 700, fill: "#fff", "font-family": "Arial, sans-serif",
}, digit]);

const bare = (name) => name.replace(/\uFE0F/g, "");
const shapesFor = (name) => {
  const plain = bare(name);
  return /^[0-9]\u20E3$/.test(plain) ? keycap(plain[0]) : DRAWN[plain];
};

/** Two spellings of one emoji compare equal. */
export const sameEmoji = (one, other) => bare(one) === bare(other);

export const QUICK = ["1️⃣", "2️⃣", "3️⃣", "4️⃣", "5️⃣", "6️⃣", "7️⃣", "8️⃣", "👍", "👎", "❤️", "🔥", "✨", "⭐", "😍", "😂", "🙂", "😮", "🤔", "👀", "🎉", "🎨", "✅", "❌"];

/** An emoji as a drawing where we have one, else as the font's own. */
export function emoji(name) {
  const shapes = shapesFor(name);
  if (!shapes) return h("span", { class: "emoji text", role: "img", "aria-label": name }, name);
  return svg("svg", { class: "emoji", viewBox: "0 0 24 24", role: "img", "aria-label": name },
    ...shapes.map(([tag, props, ...rest]) => svg(tag, props, ...rest)));
}

/** A source for a RegExp that finds the drawn emoji in text. */
export const EMOJI_SOURCE = `[0-9]\\uFE0F?\\u20E3|(?:${Object.keys(DRAWN).join("|")})\\uFE0F?`;
