// A select as the client draws it: options with descriptions and emoji, one or many, by mouse or keys.
import { by, h } from "./dom.js";
import { emoji } from "./emoji.js";
import { icon } from "./icons.js";

let closeOpen = () => {};

function place(list, anchor) {
  const box = anchor.getBoundingClientRect();
  const below = innerHeight - box.bottom - 8;
  const above = box.top - 8;
  const up = below < Math.min(list.scrollHeight, 260) && above > below;
  const edges = up ? { bottom: `${innerHeight - box.top + 4}px` } : { top: `${box.bottom + 4}px` };
  const styles = { left: `${box.left}px`, width: `${box.width}px`, "max-height": `${Math.min(320, up ? above : below)}px`, ...edges };
  for (const [name, value] of Object.entries(styles)) list.style.setProperty(name, value);
}

function optionRow(option, chosen, many, pick) {
  return h("li", { role: "option", tabindex: "-1", class: "option", "aria-selected": String(chosen), "data-value": option.value, "data-testid": `choice-${option.value}`, onclick: () => pick(option) },
    option.emoji?.name && emoji(option.emoji.name),
    h("span", { class: "option-words" }, h("span", {}, option.label), option.description && h("small", {}, option.description)),
    (many || chosen) && h("span", { class: `tick${chosen ? " on" : ""}` }, chosen && icon("check", 14)));
}

function shownValue(options, values, placeholder) {
  const chosen = options.filter((option) => values.has(option.value));
  if (!chosen.length) return [h("span", { class: "placeholder" }, placeholder)];
  if (chosen.length === 1 && chosen[0].emoji?.name) return [emoji(chosen[0].emoji.name), h("span", {}, chosen[0].label)];
  return [h("span", {}, chosen.map((option) => option.label).join(", "))];
}

const MOVES = { ArrowDown: 1, ArrowUp: -1 };

function moveFocus(list, step) {
  const rows = [...list.children];
  const at = rows.indexOf(document.activeElement);
  rows[(at + step + rows.length) % rows.length]?.focus();
}

function typeAhead(list, letter) {
  [...list.children].find((row) => row.textContent.toLowerCase().startsWith(letter.toLowerCase()))?.focus();
}

/**
 * A select. config: {options: [{value, label, description, emoji, default}], placeholder, min, max, label, testid,
 * disabled, busy, onCommit(values)}. One value commits when chosen, several when the list closes.
 */
export function selectBox(config) {
  const { options, placeholder = "Make a selection", min = 1, max = 1, onCommit } = config;
  const values = new Set(options.filter((option) => option.default).map((option) => option.value));
  const many = max > 1;
  const button = h("button", {
    type: "button", class: `select${config.busy ? " busy" : ""}`, disabled: config.disabled, id: config.id,
    "aria-haspopup": "listbox", "aria-expanded": "false", "aria-label": config.label ?? placeholder, "data-testid": config.testid,
  });
  const draw = () => button.replaceChildren(...shownValue(options, values, placeholder), icon("down", 18));
  button.addEventListener("click", () => (button.getAttribute("aria-expanded") === "true" ? closeOpen() : openList()));
  button.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    openList();
  });

  function openList() {
    closeOpen();
    const before = [...values].join("\n");
    const list = h("ul", { class: "select-list", role: "listbox", "aria-multiselectable": many ? "true" : null, "aria-label": config.label ?? placeholder });
    const away = (event) => list.contains(event.target) || button.contains(event.target) || close();
    const close = (commit = true) => {
      closeOpen = () => {};
      list.remove();
      button.setAttribute("aria-expanded", "false");
      document.removeEventListener("pointerdown", away, true);
      removeEventListener("resize", close);
      const enough = values.size >= Math.min(min, options.length);
      if (commit && many && enough && [...values].join("\n") !== before) onCommit([...values]);
    };
    const pick = (option) => {
      if (!many) {
        const clear = min === 0 && values.has(option.value);
        values.clear();
        if (!clear) values.add(option.value);
        draw();
        close();
        button.focus();
        return onCommit([...values]);
      }
      if (values.has(option.value)) values.delete(option.value);
      else if (values.size < max) values.add(option.value);
      draw();
      return fill(option.value);
    };
    const fill = (focusValue) => {
      list.replaceChildren(...options.map((option) => optionRow(option, values.has(option.value), many, pick)));
      const row = [...list.children].find((each) => each.dataset.value === focusValue);
      (row ?? list.firstElementChild)?.focus({ preventScroll: !row });
    };
    const onKey = (event) => {
      const step = MOVES[event.key];
      if (step) moveFocus(list, step);
      else if (event.key === "Enter" || event.key === " ") document.activeElement.click();
      else if (event.key === "Escape" || event.key === "Tab") {
        close();
        button.focus();
      } else if (event.key.length === 1) return typeAhead(list, event.key);
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    list.addEventListener("keydown", onKey);
    by("overlays").append(list);
    button.setAttribute("aria-expanded", "true");
    fill([...values][0]);
    place(list, button);
    document.addEventListener("pointerdown", away, true);
    addEventListener("resize", close);
    closeOpen = close;
  }

  draw();
  return button;
}
