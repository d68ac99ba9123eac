// Menus and pickers that hang on a button or a point of the page.
import { by, h } from "./dom.js";
import { emoji, QUICK } from "./emoji.js";
import { icon } from "./icons.js";

let closeOpen = () => {};

function place(box, anchor) {
  const { width, height } = box.getBoundingClientRect();
  const left = Math.max(8, Math.min(anchor.right - width, innerWidth - width - 8));
  const above = anchor.top - height - 6;
  const top = above > 8 && (anchor.preferAbove || anchor.bottom + height + 6 > innerHeight) ? above : anchor.bottom + 6;
  box.style.left = `${left}px`;
  box.style.top = `${Math.max(8, Math.min(top, innerHeight - height - 8))}px`;
}

function keys(box, close) {
  return (event) => {
    const stops = [...box.querySelectorAll("button:not(:disabled)")];
    const at = stops.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (step) stops[(at + step + stops.length) % stops.length].focus();
    else if (event.key === "Escape" || event.key === "Tab") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}

/** Hang `box` on `anchor` (an element, or {top, bottom, right} of a point); one is open at a time. Returns its closer. */
export function popover(box, anchor, { preferAbove = false } = {}) {
  closeOpen();
  const before = document.activeElement;
  const away = (event) => box.contains(event.target) || close(false);
  const close = (refocus = true) => {
    closeOpen = () => {};
    box.remove();
    document.removeEventListener("pointerdown", away, true);
    if (refocus && before?.isConnected) before.focus();
  };
  closeOpen = close;
  box.classList.add("popover");
  box.addEventListener("keydown", keys(box, close));
  by("overlays").append(box);
  const edges = anchor instanceof Element ? anchor.getBoundingClientRect() : anchor;
  place(box, { top: edges.top, bottom: edges.bottom, right: edges.right, preferAbove });
  document.addEventListener("pointerdown", away, true);
  box.querySelector("button:not(:disabled)")?.focus();
  return close;
}

/** A menu of {label, icon, danger, testid, heading, current, run}. */
export function openMenu(items, anchor, options) {
  let close = () => {};
  const row = (item) =>
    item.heading
      ? h("div", { class: "menu-heading" }, item.heading)
      : h("button", {
          type: "button", role: "menuitem", class: `menu-item${item.danger ? " danger" : ""}`, "data-testid": item.testid,
          "aria-current": item.current ? "true" : null,
          onclick: () => {
            close();
            item.run();
          },
        }, item.before, h("span", { class: "menu-words" }, item.label, item.detail && h("small", {}, item.detail)), item.icon && icon(item.icon, 18));
  close = popover(h("div", { class: "menu", role: "menu" }, ...items.map(row)), anchor, options);
}

/** Choose an emoji. */
export function openEmoji(anchor, pick) {
  let close = () => {};
  const cell = (name) =>
    h("button", {
      type: "button", class: "emoji-cell", "aria-label": name, "data-testid": `emoji-${name}`,
      onclick: () => {
        close();
        pick(name);
      },
    }, emoji(name));
  close = popover(h("div", { class: "emoji-picker", role: "dialog", "aria-label": "Choose an emoji" }, ...QUICK.map(cell)), anchor, { preferAbove: true });
}
