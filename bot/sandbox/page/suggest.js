// Suggestions under a text field: @members, /commands, a command option's autocomplete.
import { by, h } from "./dom.js";

let count = 0;

/** A list bound to one input. show(items, pick, heading) with items of {label, detail, before, testid}; key(event) is true if it took the key. */
export function suggestionList(input, { label }) {
  const id = `suggestions-${count++}`;
  const box = h("ul", { class: "suggestions", role: "listbox", id, "aria-label": label });
  let items = [];
  let at = 0;
  let pick = () => {};
  let heading = label;

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");

  const hide = () => {
    items = [];
    box.remove();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    input.removeAttribute("aria-controls");
  };
  const choose = (index) => {
    const item = items[index];
    hide();
    pick(item);
  };
  const place = () => {
    const edges = (input.closest(".composer-box") ?? input).getBoundingClientRect();
    const above = edges.top > innerHeight - edges.bottom;
    box.style.left = `${edges.left}px`;
    box.style.width = `${edges.width}px`;
    box.style.top = above ? "auto" : `${edges.bottom + 6}px`;
    box.style.bottom = above ? `${innerHeight - edges.top + 6}px` : "auto";
    box.style.maxHeight = `${Math.min(340, (above ? edges.top : innerHeight - edges.bottom) - 16)}px`;
  };
  const draw = () => {
    box.replaceChildren(h("li", { class: "menu-heading", role: "presentation" }, heading), ...items.map((item, index) =>
      h("li", {
        role: "option", id: `${id}-${index}`, class: "suggestion", "aria-selected": String(index === at), "data-testid": item.testid,
        onpointerdown: (event) => {
          event.preventDefault();
          choose(index);
        },
        onpointerenter: () => move(index),
      }, item.before, h("span", { class: "suggestion-words" }, h("span", {}, item.label), item.detail && h("small", {}, item.detail)), item.note && h("small", { class: "note" }, item.note))));
    input.setAttribute("aria-activedescendant", `${id}-${at}`);
  };
  const move = (index) => {
    if (index === at) return;
    at = index;
    [...box.querySelectorAll("[role=option]")].forEach((row, n) => row.setAttribute("aria-selected", String(n === at)));
    input.setAttribute("aria-activedescendant", `${id}-${at}`);
    box.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  };
  const show = (fresh, onPick, title = label) => {
    if (!fresh.length) return hide();
    heading = title;
    items = fresh;
    pick = onPick;
    at = 0;
    draw();
    by("overlays").append(box);
    input.setAttribute("aria-expanded", "true");
    input.setAttribute("aria-controls", id);
    place();
  };
  const key = (event) => {
    if (!items.length || event.isComposing) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) move((at + step + items.length) % items.length);
    else if (event.key === "Enter" || event.key === "Tab") choose(at);
    else if (event.key === "Escape") hide();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  input.addEventListener("blur", hide);
  return { show, hide, key };
}
