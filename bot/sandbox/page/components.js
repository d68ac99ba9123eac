// Message components, old and new (Components V2), by their type number.
import { h, safeUrl } from "./dom.js";
import { emoji } from "./emoji.js";
import { icon } from "./icons.js";
import { press, pressKey } from "./interactions.js";
import { markdown } from "./markdown.js";
import { fileCard, mediaItem, mosaic } from "./media.js";
import { openLightbox } from "./lightbox.js";
import { selectBox } from "./select.js";
import { nameOf, state } from "./store.js";
import { world } from "./world.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "primary" };
const SPINNER = () => h("span", { class: "dots", "aria-label": "Waiting for the bot" }, h("i"), h("i"), h("i"));

function buttonWords(c) {
  return [c.emoji?.name && emoji(c.emoji.name), c.label && h("span", {}, c.label)];
}

function linkButton(c) {
  const href = safeUrl(c.url);
  return h("a", { class: "button link", href, target: "_blank", rel: "noopener noreferrer" }, ...buttonWords(c), icon("external", 16));
}

function button(c, at) {
  if (c.style === 5) return linkButton(c);
  const busy = state.pending.has(pressKey(at.message.id, c.custom_id));
  return h("button", {
    type: "button", class: `button ${STYLES[c.style] ?? "secondary"}${busy ? " busy" : ""}`,
    disabled: c.disabled || at.frozen, "aria-busy": busy ? "true" : null,
    "aria-label": c.label ? null : c.emoji?.name ?? c.custom_id,
    "data-testid": `button-${c.custom_id}`, onclick: () => press(at.message.id, c.custom_id),
  }, ...buttonWords(c), busy && SPINNER());
}

const people = () => [...state.users.values()].map((user) => ({ value: user.id, label: nameOf(user), description: user.username }));
const rooms = () => [...state.channels.values()].filter((channel) => channel.name).map((channel) => ({ value: channel.id, label: `#${channel.name}` }));

/** The options of a select of any kind. */
export const optionsOf = (c) => c.options ?? ([5, 6, 7].includes(c.type) ? people() : rooms());

function select(c, at) {
  const busy = state.pending.has(pressKey(at.message.id, c.custom_id));
  return h("div", { class: "select-line" }, selectBox({
    options: optionsOf(c), placeholder: c.placeholder, min: c.min_values ?? 1, max: c.max_values ?? 1,
    label: c.placeholder ?? "Make a selection", testid: `select-${c.custom_id}`, disabled: c.disabled || busy || at.frozen, busy,
    onCommit: (values) => press(at.message.id, c.custom_id, values),
  }), busy && SPINNER());
}

function thumbnail(c) {
  const item = mediaItem(c.media, c);
  return h("button", { type: "button", class: "thumbnail", "aria-label": `Open ${item.alt}`, onclick: () => openLightbox([item], 0) },
    h("img", { src: safeUrl(item.url), alt: item.alt, loading: "lazy" }));
}

const accent = (colour) => (Number.isInteger(colour) ? { "--accent": `#${colour.toString(16).padStart(6, "0")}` } : {});

const KINDS = {
  1: (c, at) => h("div", { class: "action-row" }, ...each(c.components, at)),
  2: button,
  3: select, 5: select, 6: select, 7: select, 8: select,
  9: (c, at) => h("div", { class: "section" }, h("div", { class: "section-words" }, ...each(c.components, at)), c.accessory && component(c.accessory, at)),
  10: (c) => h("div", { class: "text-display markdown" }, ...markdown(c.content, world)),
  11: thumbnail,
  12: (c, at) => mosaic(c.items.map((item) => mediaItem(item.media, item)), at.old),
  13: (c) => fileCard(mediaItem({ ...c.file, filename: c.name, size: c.size }, c)),
  14: (c) => h("hr", { class: `separator${c.divider === false ? " blank" : ""}${c.spacing === 2 ? " large" : ""}` }),
  17: (c, at) => h("div", { class: `container${Number.isInteger(c.accent_color) ? " accented" : ""}`, style: accent(c.accent_color) }, ...each(c.components, at)),
};

/** One component. `at` is {message, old: media to use again, frozen: nothing may be pressed}. */
export function component(c, at) {
  const make = KINDS[c.type];
  return make ? make(c, at) : h("div", { class: "unknown" }, `Component of type ${c.type}`);
}

const each = (components, at) => (components ?? []).map((c) => component(c, at));

export const componentsView = (components, at) => each(components, at);
