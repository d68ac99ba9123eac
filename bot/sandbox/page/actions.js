// What one can do with a message: react, reply, the bot's message commands, delete.
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { attempt, runCommand } from "./interactions.js";
import { openEmoji, openMenu } from "./popover.js";
import { changed, FLAGS, reacted, state, viewer } from "./store.js";
import { sameEmoji } from "./emoji.js";
import { toast } from "./toast.js";

export function toggleReaction(message, name) {
  const known = (message.reactions ?? []).find((reaction) => sameEmoji(reaction.emoji.name, name));
  const off = known && reacted(message, known);
  return attempt(off ? "unreact" : "react", { message: message.id, emoji: known?.emoji.name ?? name });
}

function reply(message) {
  state.replyTo = message.id;
  changed();
  document.querySelector("[data-testid=composer]")?.focus();
}

const remove = (message) => attempt("delete", { message: message.id });
const isMine = (message) => message.author.id === viewer()?.id;

const messageCommands = (message) =>
  state.commands.filter((command) => command.type === 3).map((command) => ({
    label: command.name, icon: "apps", testid: `apps-${command.name}`,
    run: () => runCommand({ name: command.name, channel: message.channel_id, target: message.id }),
  }));

async function copy(message) {
  try {
    await navigator.clipboard.writeText(message.content);
  } catch {
    toast("The browser does not let the page copy.");
  }
}

const appsItems = (message) => {
  const commands = messageCommands(message);
  return [{ heading: "Apps" }, ...(commands.length ? commands : [{ label: "No message commands yet", run: () => {} }])];
};

function allItems(message, anchor) {
  return [
    { label: "Add Reaction", icon: "smile", run: () => openEmoji(anchor, (name) => toggleReaction(message, name)) },
    { label: "Reply", icon: "reply", run: () => reply(message) },
    message.content && { label: "Copy Text", icon: "copy", run: () => copy(message) },
    ...appsItems(message),
    isMine(message) && { label: "Delete Message", icon: "trash", danger: true, run: () => remove(message) },
  ].filter(Boolean);
}

/** The menu of a right click. */
export function contextMenu(event, message) {
  if (event.target.closest("a, video") || String(getSelection())) return;
  event.preventDefault();
  const point = { top: event.clientY, bottom: event.clientY, right: event.clientX + 8 };
  openMenu(allItems(message, point), point);
}

const tool = (label, name, testid, onclick) =>
  h("button", { type: "button", "aria-label": label, title: label, "data-testid": testid, onclick }, icon(name, 20));

/** The toolbar that shows over a message. */
export function toolbar(message) {
  if (message.flags & FLAGS.ephemeral) return null;
  const at = (event) => event.currentTarget;
  return h("div", { class: "toolbar", role: "toolbar", "aria-label": "Message actions" },
    tool("Add reaction", "smile", "react", (e) => openEmoji(at(e), (name) => toggleReaction(message, name))),
    tool("Reply", "reply", "reply", () => reply(message)),
    tool("Apps", "apps", "apps", (e) => openMenu(appsItems(message), at(e))),
    isMine(message) && tool("Delete message", "trash", "delete", () => remove(message)));
}
