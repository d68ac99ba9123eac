// Writing: text, mentions, files, replies, and the door to slash commands.
import { avatar } from "./avatar.js";
import { by, h } from "./dom.js";
import { emoji } from "./emoji.js";
import { browse, fileChip, MOST_FILES, sampleList } from "./files.js";
import { icon } from "./icons.js";
import { attempt } from "./interactions.js";
import { openEmoji, openMenu, popover } from "./popover.js";
import { slashCommands, slashForm } from "./slash.js";
import { changed, isDirect, nameOf, state } from "./store.js";
import { suggestionList } from "./suggest.js";
import { toast } from "./toast.js";

const MOST_TEXT = 2000;
let files = [];
let list = null;

const text = () => by("text");
const channel = () => state.channels.get(state.current);

/** "@easel" and "#general" as people write them become the ids that the wire wants. */
export function onTheWire(words) {
  const users = [...state.users.values()].flatMap((user) => [[user.username, user.id], [nameOf(user), user.id]]).sort((a, b) => b[0].length - a[0].length);
  const escaped = (name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const withUsers = users.reduce((all, [name, id]) => all.replace(new RegExp(`(?<![\\w<])@${escaped(name)}(?!\\w)`, "gi"), `<@${id}>`), words);
  const rooms = [...state.channels.values()].filter((room) => room.type === 0);
  return rooms.reduce((all, room) => all.replace(new RegExp(`(?<![\\w<])#${escaped(room.name)}(?!\\w)`, "gi"), `<#${room.id}>`), withUsers);
}

function grow() {
  const area = text();
  area.style.height = "auto";
  area.style.height = `${Math.min(area.scrollHeight, innerHeight * 0.4)}px`;
}

function write(words) {
  text().value = words;
  changedText();
}

const mentionsBot = () => state.bot && new RegExp(`@(${state.bot.username}|${nameOf(state.bot)})\\b`, "i").test(text().value);
/** In a plain channel the bot hears only those who name it. */
const needsMention = () => channel()?.type === 0 && state.bot && !mentionsBot() && !text().value.startsWith("/") && !state.messages.get(state.replyTo)?.author.bot;

function addMention() {
  write(`@${state.bot.username} ${text().value}`);
  text().focus();
}

function drawTray() {
  by("tray").hidden = !files.length;
  by("tray").replaceChildren(...files.map((file) => fileChip(file, () => setFiles(files.filter((other) => other !== file)))));
}

function setFiles(next) {
  if (next.length > MOST_FILES) toast(`A message carries at most ${MOST_FILES} files.`);
  files = next.slice(0, MOST_FILES);
  drawTray();
  changedText();
}

/** Put files into the message that is being written. */
export function addFiles(more) {
  if (!more.length) return;
  setFiles([...files, ...more]);
  if (needsMention()) addMention();
  else text().focus();
}

export const useSample = (file) => addFiles([file]);

function drawCount() {
  const left = MOST_TEXT - onTheWire(text().value).length;
  by("left").textContent = left < 200 ? String(left) : "";
  by("left").classList.toggle("over", left < 0);
}

function drawChip() {
  const show = needsMention() && (files.length > 0 || text().value.trim() !== "");
  by("chips").replaceChildren(...(show
    ? [h("button", { type: "button", class: "chip", "data-testid": "mention-chip", onclick: addMention }, icon("at", 14), `Mention ${nameOf(state.bot)} so that it answers`)]
    : []));
}

function changedText() {
  grow();
  drawCount();
  drawChip();
  suggest();
}

const userItems = (start) =>
  [...state.users.values()]
    .filter((user) => [user.username, nameOf(user)].some((name) => name.toLowerCase().startsWith(start)))
    .sort((a, b) => Number(b.bot ?? false) - Number(a.bot ?? false))
    .map((user) => ({ label: nameOf(user), note: user.username, before: avatar(user, 24), user, testid: `suggest-${user.username}` }));

const commandItems = (start) =>
  slashCommands()
    .filter((command) => command.label.slice(1).startsWith(start))
    .map((command) => ({ label: command.label, detail: command.description, before: avatar(state.bot, 32), note: nameOf(state.bot), command, testid: `command-${command.label.slice(1).replaceAll(" ", "-")}` }));

function pickUser(from, to, { user }) {
  const words = text().value;
  write(`${words.slice(0, from)}@${user.username} ${words.slice(to)}`);
  const at = from + user.username.length + 2;
  text().setSelectionRange(at, at);
}

function suggest() {
  const area = text();
  const before = area.value.slice(0, area.selectionStart);
  const slash = /^\/([\w\s-]*)$/.exec(area.value);
  const mention = /(?:^|\s)@(\w*)$/.exec(before);
  if (document.activeElement !== area) return list.hide();
  if (slash) return list.show(commandItems(slash[1].trim().toLowerCase()), ({ command }) => startCommand(command), "Commands");
  if (mention) return list.show(userItems(mention[1].toLowerCase()), (item) => pickUser(before.length - mention[1].length - 1, before.length, item), "Members");
  return list.hide();
}

function closeCommand() {
  by("slash").replaceChildren();
  by("composer-box").hidden = false;
  text().focus();
}

function startCommand(command) {
  write("");
  list.hide();
  by("composer-box").hidden = true;
  by("slash").replaceChildren(slashForm(command, state.current, closeCommand));
}

function draft() {
  const content = onTheWire(text().value.trim());
  return state.replyTo ? { message: state.replyTo, content } : { channel: state.current, content };
}

async function send() {
  const payload = draft();
  const sent = files;
  const words = text().value;
  if (!payload.content && !sent.length) return;
  if (payload.content.length > MOST_TEXT) return toast(`A message has at most ${MOST_TEXT} characters.`);
  setFiles([]);
  write("");
  const reply = state.replyTo;
  state.replyTo = null;
  changed();
  if (await attempt(reply ? "reply" : "post", payload, sent)) return;
  // Refused: what was written comes back, unless something new is being written.
  if (text().value || files.length) return;
  state.replyTo = reply;
  setFiles(sent);
  write(words);
}

function onKey(event) {
  if (list.key(event)) return;
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    send();
  } else if (event.key === "Escape" && state.replyTo) {
    state.replyTo = null;
    changed();
  }
}

function openSamples(anchor) {
  let close = () => {};
  const box = h("div", { class: "sample-popover" }, h("div", { class: "menu-heading" }, "Sample photos"), sampleList((file) => {
    close();
    addFiles([file]);
  }));
  close = popover(box, anchor, { preferAbove: true });
}

function plusMenu(event) {
  const anchor = event.currentTarget;
  openMenu([
    { label: "Upload a file", icon: "file", testid: "upload-file", run: () => browse({ multiple: true, onFiles: addFiles }) },
    { label: "Use a sample photo", icon: "image", testid: "open-samples", run: () => openSamples(anchor) },
    { label: "Use a command", icon: "slash", testid: "open-commands", run: () => {
      text().focus();
      write("/");
    } },
  ], anchor, { preferAbove: true });
}

function insert(words) {
  const area = text();
  area.setRangeText(words, area.selectionStart, area.selectionEnd, "end");
  area.focus();
  changedText();
}

function wireDrop() {
  const veil = by("drop");
  let depth = 0;
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    depth += 1;
    veil.hidden = false;
  });
  addEventListener("dragleave", () => {
    depth = Math.max(0, depth - 1);
    veil.hidden = depth === 0;
  });
  addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    depth = 0;
    veil.hidden = true;
    if (!hasFiles(event)) return;
    event.preventDefault();
    addFiles([...event.dataTransfer.files]);
  });
}

function onPaste(event) {
  const pasted = [...event.clipboardData.files];
  if (!pasted.length) return;
  event.preventDefault();
  addFiles(pasted);
}

export function wireComposer() {
  const area = text();
  list = suggestionList(area, { label: "Suggestions" });
  area.addEventListener("input", changedText);
  area.addEventListener("keydown", onKey);
  area.addEventListener("paste", onPaste);
  by("send").append(icon("send", 22));
  by("plus").append(icon("plus", 22));
  by("emoji").append(emoji("🙂"));
  by("file-input").addEventListener("change", (event) => {
    addFiles([...event.target.files]);
    event.target.value = "";
  });
  by("send").addEventListener("click", send);
  by("plus").addEventListener("click", plusMenu);
  by("emoji").addEventListener("click", (event) => openEmoji(event.currentTarget, insert));
  wireDrop();
}

function replyBar() {
  const original = state.messages.get(state.replyTo);
  if (!original) return [];
  const stop = () => {
    state.replyTo = null;
    changed();
  };
  return [h("span", {}, "Replying to ", h("b", {}, nameOf(original.author))), h("button", { type: "button", class: "round", "aria-label": "Cancel reply", onclick: stop }, icon("close", 16))];
}

let drawnFor = null;

export function drawComposer() {
  const here = channel();
  if (!here) return;
  const name = isDirect(here) ? `@${nameOf(state.bot)}` : here.type === 0 ? `#${here.name}` : `“${here.name}”`;
  text().placeholder = `Message ${name}`;
  text().setAttribute("aria-label", `Message ${name}`);
  by("replying").replaceChildren(...replyBar());
  by("replying").hidden = !state.replyTo;
  const key = `${state.current} ${state.viewer}`;
  if (drawnFor !== key && by("slash").firstChild) closeCommand();
  drawnFor = key;
  drawChip();
}
