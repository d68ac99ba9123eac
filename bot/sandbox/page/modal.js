// A modal the bot asked for.
import { by, h, trapFocus } from "./dom.js";
import { emoji } from "./emoji.js";
import { filePicker } from "./files.js";
import { icon } from "./icons.js";
import { markdown } from "./markdown.js";
import { optionsOf } from "./components.js";
import { selectBox } from "./select.js";
import { world } from "./world.js";

const testid = (c) => `modal-field-${c.custom_id}`;

/** Each kind of field gives its node and what it holds: {node, value(), files(), missing()}. */
function textField(c, id) {
  const props = {
    id, class: "field", placeholder: c.placeholder, maxlength: c.max_length, minlength: c.min_length, "data-testid": testid(c),
    value: c.value ?? "", "aria-required": c.required === false ? null : "true",
  };
  const input = c.style === 2 ? h("textarea", { rows: 4, ...props }) : h("input", { type: "text", ...props });
  const count = c.max_length && h("small", { class: "count" }, "");
  const show = () => count && (count.textContent = String(c.max_length - input.value.length));
  input.addEventListener("input", show);
  show();
  const missing = () => {
    if (!input.value) return c.required === false ? null : "This is required.";
    return input.value.length < (c.min_length ?? 0) ? `Write at least ${c.min_length} characters.` : null;
  };
  return { node: h("div", { class: "field-box" }, input, count), value: () => input.value, missing };
}

function selectField(c, id, label) {
  let values = optionsOf(c).filter((option) => option.default).map((option) => option.value);
  const min = c.required === false ? 0 : c.min_values ?? 1;
  const node = selectBox({ id, label, options: optionsOf(c), placeholder: c.placeholder, min, max: c.max_values ?? 1, testid: testid(c), onCommit: (chosen) => (values = chosen) });
  return { node, value: () => values, missing: () => (values.length < min ? "Choose one." : null) };
}

function choices(c, type, name) {
  const inputs = c.options.map((option) => h("input", { type, name, value: option.value, checked: option.default, "data-testid": `${testid(c)}-${option.value}` }));
  const rows = c.options.map((option, index) =>
    h("label", { class: "choice" }, inputs[index], option.emoji?.name && emoji(option.emoji.name),
      h("span", { class: "option-words" }, h("span", {}, option.label), option.description && h("small", {}, option.description))));
  const chosen = () => inputs.filter((input) => input.checked).map((input) => input.value);
  return { rows, chosen };
}

function radioField(c, id, label) {
  const { rows, chosen } = choices(c, "radio", id);
  const node = h("div", { role: "radiogroup", "aria-label": label, class: "choices", "data-testid": testid(c) }, ...rows);
  return { node, value: () => chosen()[0] ?? null, missing: () => (chosen().length || c.required === false ? null : "Choose one.") };
}

function checkboxField(c, id, label) {
  const { rows, chosen } = choices(c, "checkbox", id);
  const least = c.required === false ? 0 : c.min_values ?? 1;
  const most = c.max_values ?? c.options.length;
  const missing = () => {
    if (chosen().length < least) return `Choose at least ${least}.`;
    return chosen().length > most ? `Choose at most ${most}.` : null;
  };
  return { node: h("div", { role: "group", "aria-label": label, class: "choices", "data-testid": testid(c) }, ...rows), value: chosen, missing };
}

function tickField(c, id, label) {
  const input = h("input", { type: "checkbox", id, checked: c.default, "data-testid": testid(c) });
  return { node: h("label", { class: "choice" }, input, h("span", {}, label)), value: () => input.checked, missing: () => null };
}

function uploadField(c, id) {
  const picker = filePicker({ id, max: c.max_values ?? 1, testid: testid(c) });
  const least = c.required === false ? 0 : c.min_values ?? 1;
  const missing = () => (picker.files().length < least ? (least === 1 ? "Choose a file." : `Choose ${least} files.`) : null);
  return { node: picker.node, value: () => picker.files().map((file) => file.name), files: picker.files, missing };
}

const FIELDS = { 3: selectField, 4: textField, 5: selectField, 6: selectField, 7: selectField, 8: selectField, 19: uploadField, 21: radioField, 22: checkboxField, 23: tickField };

/** A label with its field, or an old row with its text input. */
function labelled(top, index) {
  const c = top.component ?? top.components[0];
  const words = top.label ?? c.label ?? "";
  const id = `modal-field-${index}`;
  const field = FIELDS[c.type](c, id, words);
  const error = h("small", { class: "field-error", role: "alert" });
  const node = h("div", { class: "modal-field" },
    h("label", { for: id, class: "field-label" }, words, c.required !== false && c.type !== 23 && h("span", { class: "needed", "aria-hidden": "true" }, " *")),
    top.description && h("small", { class: "field-description" }, top.description), field.node, error);
  return { ...field, id: c.custom_id, node, error };
}

const isField = (top) => top.type === 18 || top.type === 1;

function check(fields) {
  let first = null;
  for (const field of fields) {
    const problem = field.missing();
    field.error.textContent = problem ?? "";
    if (problem) first ??= field;
  }
  first?.node.querySelector("input, textarea, button")?.focus();
  return !first;
}

/** Show a modal; `submit(interaction, values, files)` gives null or the words of a refusal. */
export function openModal(interaction, modal, submit) {
  const before = document.activeElement;
  const fields = [];
  const parts = modal.components.map((top, index) => {
    if (!isField(top)) return h("div", { class: "markdown" }, ...markdown(top.content ?? "", world));
    const field = labelled(top, index);
    fields.push(field);
    return field.node;
  });
  const problem = h("p", { class: "modal-problem", role: "alert" });
  const go = h("button", { type: "submit", class: "button primary", "data-testid": "modal-submit" }, "Submit");
  const shade = h("div", { class: "shade" });
  const close = () => {
    untrap();
    shade.remove();
    before?.isConnected && before.focus();
  };
  const onsubmit = async (event) => {
    event.preventDefault();
    if (!check(fields)) return;
    go.disabled = true;
    go.classList.add("busy");
    const values = Object.fromEntries(fields.map((field) => [field.id, field.value()]));
    const refused = await submit(interaction, values, fields.flatMap((field) => field.files?.() ?? []));
    if (!refused) return close();
    problem.textContent = refused;
    go.disabled = false;
    go.classList.remove("busy");
  };
  const form = h("form", { class: "modal", role: "dialog", "aria-modal": "true", "aria-label": modal.title, "data-testid": "modal", novalidate: true, onsubmit },
    h("header", {}, h("h2", {}, modal.title), h("button", { type: "button", class: "round", "aria-label": "Close", onclick: close }, icon("close", 24))),
    h("div", { class: "modal-body" }, ...parts, problem),
    h("footer", {}, h("button", { type: "button", class: "button secondary", "data-testid": "modal-cancel", onclick: close }, "Cancel"), go));
  shade.append(form);
  shade.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  });
  by("overlays").append(shade);
  const untrap = trapFocus(form);
  (form.querySelector(".modal-body input, .modal-body textarea, .modal-body button") ?? go).focus();
}
