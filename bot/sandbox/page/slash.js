// Slash commands: which there are, and the form that fills in one's options.
import { h } from "./dom.js";
import { filePicker } from "./files.js";
import { icon } from "./icons.js";
import { runCommand, suggestions } from "./interactions.js";
import { selectBox } from "./select.js";
import { nameOf, state } from "./store.js";
import { suggestionList } from "./suggest.js";

const nests = (option) => option.type === 1 || option.type === 2;

/** Each command one can run, subcommands apart: {label, path, name, description, options}. */
function leaves(command, node = command, path = []) {
  const inner = (node.options ?? []).filter(nests);
  if (inner.length) return inner.flatMap((option) => leaves(command, option, [...path, option]));
  const label = `/${[command.name, ...path.map((option) => option.name)].join(" ")}`;
  return [{ label, path, name: command.name, description: node.description, options: node.options ?? [] }];
}

export const slashCommands = () => state.commands.filter((command) => (command.type ?? 1) === 1).flatMap((command) => leaves(command));

/** The options as Discord nests them: group, subcommand, then the values. */
export const nested = (path, values) => path.reduceRight((inner, option) => [{ name: option.name, type: option.type, options: inner }], values);

const asOptions = (rows) => rows.map(([value, label]) => ({ value, label }));
const users = () => asOptions([...state.users.values()].map((user) => [user.id, nameOf(user)]));
const channels = (option) =>
  asOptions([...state.channels.values()].filter((channel) => channel.name && (!option.channel_types?.length || option.channel_types.includes(channel.type))).map((channel) => [channel.id, `#${channel.name}`]));

const CHOICES = {
  5: () => [{ value: true, label: "True" }, { value: false, label: "False" }].map((choice) => ({ ...choice, value: String(choice.value) })),
  6: users, 9: users, 7: channels, 8: () => [],
};

function choiceField(option, label) {
  let chosen = null;
  const fixed = option.choices?.map((choice) => ({ value: String(choice.value), label: choice.name }));
  const options = fixed ?? CHOICES[option.type](option);
  const node = selectBox({ options, placeholder: `Choose ${option.name}`, min: 0, max: 1, label, testid: `option-${option.name}`, onCommit: ([value]) => (chosen = value ?? null) });
  const value = () => {
    if (chosen === null) return null;
    if (option.type === 5) return chosen === "true";
    return option.type === 4 || option.type === 10 ? Number(chosen) : chosen;
  };
  return { node, value };
}

function textField(option, label, ask) {
  const number = option.type === 4 || option.type === 10;
  const input = h("input", {
    class: "field", type: number ? "number" : "text", "aria-label": label, autocomplete: "off", "data-testid": `option-${option.name}`,
    min: option.min_value, max: option.max_value, step: option.type === 10 ? "any" : null, minlength: option.min_length, maxlength: option.max_length,
  });
  const picked = new Map();
  const text = () => input.value.trim();
  const value = () => {
    if (text() === "") return null;
    return number ? Number(text()) : picked.get(text()) ?? text();
  };
  if (option.autocomplete) autocomplete(input, picked, (typed) => ask(option, typed));
  return { node: input, value };
}

function autocomplete(input, picked, ask) {
  const list = suggestionList(input, { label: "Suggestions" });
  let turn = 0;
  const refresh = async () => {
    const mine = ++turn;
    await new Promise((resolve) => setTimeout(resolve, 120));
    if (mine !== turn) return;
    const choices = await ask(input.value);
    if (mine !== turn || document.activeElement !== input) return;
    list.show(choices.map((choice) => ({ label: choice.name, choice, testid: `suggestion-${choice.value}` })), ({ choice }) => {
      picked.set(choice.name, choice.value);
      input.value = choice.name;
    });
  };
  input.addEventListener("input", refresh);
  input.addEventListener("focus", refresh);
  input.addEventListener("keydown", (event) => list.key(event));
}

function fileField(option, error) {
  const picker = filePicker({ max: 1, testid: `option-${option.name}`, onChange: () => (error.textContent = "") });
  return { node: picker.node, value: () => (picker.files().length ? 0 : null), files: picker.files };
}

function fieldFor(option, ask, error) {
  const label = `${option.name}: ${option.description}`;
  if (option.type === 11) return fileField(option, error);
  if (option.choices?.length || option.type in CHOICES) return choiceField(option, label);
  return textField(option, label, ask);
}

function fieldRow(option, field, error) {
  return h("div", { class: `slash-field${option.type === 11 ? " wide" : ""}`, "data-testid": `field-${option.name}`, oninput: () => (error.textContent = "") },
    h("span", { class: "field-label" }, option.name, option.required && h("span", { class: "needed", "aria-label": "required" }, " *")),
    field.node, h("small", { class: "field-description" }, option.description), error);
}

/** Filled options, in order; a file's value is its place among the files. */
function collect(fields) {
  const files = [];
  const values = [];
  for (const { option, field } of fields) {
    const value = field.value();
    if (value === null) continue;
    if (option.type === 11) {
      values.push({ name: option.name, type: 11, value: String(files.length) });
      files.push(field.files()[0]);
    } else values.push({ name: option.name, type: option.type, value });
  }
  return { values, files };
}

function complete(fields) {
  const missing = fields.filter(({ option, field }) => option.required && field.value() === null);
  for (const { error } of fields) error.textContent = "";
  for (const { error } of missing) error.textContent = "This option is required.";
  missing[0]?.field.node.querySelector?.("button, input")?.focus();
  if (missing[0]?.field.node.matches("input, button")) missing[0].field.node.focus();
  return !missing.length;
}

/** The form for one command; `onClose` runs when it is done or given up. */
export function slashForm(command, channel, onClose) {
  const fields = [];
  const ask = (option, typed) => {
    const { values } = collect(fields.filter((each) => each.option.type !== 11));
    const others = values.filter((value) => value.name !== option.name);
    return suggestions({ name: command.name, channel, options: nested(command.path, [...others, { name: option.name, type: option.type, value: typed, focused: true }]) });
  };
  for (const option of command.options) {
    const error = h("small", { class: "field-error", role: "alert" });
    fields.push({ option, field: fieldFor(option, ask, error), error });
  }
  const run = h("button", { type: "submit", class: "button primary", "data-testid": "slash-run" }, "Run");
  const onsubmit = (event) => {
    event.preventDefault();
    if (!complete(fields)) return;
    const { values, files } = collect(fields);
    onClose();
    runCommand({ name: command.name, channel, options: nested(command.path, values) }, files);
  };
  const onkeydown = (event) => event.key === "Escape" && onClose();
  const form = h("form", { class: "slash-form", "data-testid": "slash-form", "aria-label": `Command ${command.label}`, novalidate: true, onsubmit, onkeydown },
    h("header", {}, h("span", { class: "slash-name" }, command.label), h("span", { class: "slash-about" }, command.description),
      h("button", { type: "button", class: "round", "aria-label": "Close command", onclick: onClose }, icon("close", 20))),
    fields.length > 0 && h("div", { class: "slash-fields" }, ...fields.map(({ option, field, error }) => fieldRow(option, field, error))),
    h("footer", {}, h("small", {}, "Enter runs it, Escape closes it"), run));
  queueMicrotask(() => (form.querySelector("input.field, .select, .drop-zone button") ?? run).focus());
  return form;
}
