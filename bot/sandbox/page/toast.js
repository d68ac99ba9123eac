// Short news at the top of the page, read out by screen readers.
import { by, h } from "./dom.js";
import { icon } from "./icons.js";

export function toast(text) {
  const note = h("div", { class: "toast", "data-testid": "toast" }, icon("warn", 18), h("span", {}, text));
  by("toasts").append(note);
  setTimeout(() => note.remove(), 6000);
}
