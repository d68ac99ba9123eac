// A round picture for a member: initials on a colour of their own; the bot has its palette.
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { nameOf } from "./store.js";

const COLOURS = ["#5865f2", "#3ba55d", "#d9822b", "#ed4245", "#c0549c", "#2b8a9d", "#8a63d2"];

const colourOf = (user) => COLOURS[[...user.username].reduce((sum, letter) => (sum * 11 + letter.codePointAt(0)) % 9973, 7) % COLOURS.length];

/** An avatar of `size` pixels; `online` true or false adds the status dot. */
export function avatar(user, size = 40, online = null) {
  const inside = user.bot ? icon("palette", size * 0.6) : nameOf(user).slice(0, 1).toUpperCase();
  const style = { "--size": `${size}px`, "--colour": user.bot ? "#5865f2" : colourOf(user) };
  return h("span", { class: "avatar", style, "aria-hidden": "true" }, inside, online !== null && h("span", { class: `status ${online ? "online" : "offline"}` }));
}
