// One message as a row.
import { toggleReaction, toolbar, contextMenu } from "./actions.js";
import { avatar } from "./avatar.js";
import { componentsView } from "./components.js";
import { h } from "./dom.js";
import { embedView } from "./embeds.js";
import { emoji } from "./emoji.js";
import { icon } from "./icons.js";
import { markdown, plain } from "./markdown.js";
import { attachmentsView } from "./media.js";
import { openEmoji } from "./popover.js";
import { changed, FLAGS, messagesIn, nameOf, open, reacted, state, viewer } from "./store.js";
import { fullTime, headTime, shortTime } from "./time.js";
import { world } from "./world.js";

const appTag = () => h("span", { class: "app-tag" }, "APP");
const when = (message) => new Date(message.timestamp);

export const authorName = (user) => [h("span", { class: "author" }, nameOf(user)), user.bot && appTag()];

function summary(message) {
  if (message.content) return plain(message.content, world).slice(0, 140);
  return message.components?.length || message.attachments?.length ? "Click to see attachment" : "";
}

function jump(id) {
  const target = document.querySelector(`[data-message="${CSS.escape(id)}"]`);
  if (!target) return;
  target.scrollIntoView({ block: "center" });
  target.classList.add("flash");
  setTimeout(() => target.classList.remove("flash"), 1600);
}

function replyLine(message) {
  const id = message.message_reference?.message_id;
  if (message.type !== 19 || !id) return null;
  const original = state.messages.get(id) ?? message.referenced_message;
  if (!original) return h("div", { class: "reply-line" }, h("em", {}, "Original message was deleted"));
  return h("button", { type: "button", class: "reply-line", "data-testid": "reply-preview", onclick: () => jump(id) },
    avatar(original.author, 16), h("span", { class: "author" }, `@${nameOf(original.author)}`), h("span", { class: "reply-words" }, summary(original)),
    !original.content && icon("image", 14));
}

function commandLine(message) {
  const used = message.interaction_metadata;
  const name = message.interaction?.name ?? used?.name;
  if (!name || used?.type !== 2) return null;
  const menu = state.commands.some((command) => command.name === name && command.type !== 1);
  return h("div", { class: "reply-line", "data-testid": "used-command" }, avatar(used.user, 16), h("span", { class: "author" }, nameOf(used.user)), " used ", h("span", { class: "mention" }, menu ? name : `/${name}`));
}

function head(message) {
  const date = when(message);
  return h("div", { class: "head" }, ...authorName(message.author), h("time", { datetime: message.timestamp, title: fullTime(date) }, headTime(date)));
}

const edited = (message) =>
  message.edited_timestamp && !(message.flags & FLAGS.loading) && h("small", { class: "edited", title: fullTime(new Date(message.edited_timestamp)) }, "(edited)");

function thinking(message) {
  return h("div", { class: "thinking" }, h("span", { class: "dots" }, h("i"), h("i"), h("i")), `${nameOf(message.author)} is thinking...`);
}

function body(message, at) {
  if (message.flags & FLAGS.loading) return [thinking(message)];
  return [
    message.content && h("div", { class: "markdown content", "data-testid": "content" }, ...markdown(message.content, world), edited(message)),
    ...attachmentsView(message.attachments ?? [], at.old),
    ...(message.embeds ?? []).map((embed) => embedView(embed, at.old)),
    ...componentsView(message.components ?? [], at),
    !message.content && edited(message),
  ];
}

function reactionButton(message, reaction) {
  const name = reaction.emoji.name;
  const own = reacted(message, reaction);
  return h("button", {
    type: "button", class: `reaction${own ? " own" : ""}`, "aria-pressed": String(own), "data-testid": `reaction-${name}`,
    "aria-label": `${name}, ${reaction.count} ${reaction.count === 1 ? "reaction" : "reactions"}`, onclick: () => toggleReaction(message, name),
  }, emoji(name), h("span", { class: "count" }, reaction.count));
}

function reactions(message) {
  const all = message.reactions ?? [];
  if (!all.length) return null;
  const add = h("button", { type: "button", class: "reaction add", "aria-label": "Add reaction", onclick: (e) => openEmoji(e.currentTarget, (name) => toggleReaction(message, name)) }, icon("smile", 18));
  return h("div", { class: "reactions" }, ...all.map((reaction) => reactionButton(message, reaction)), add);
}

function threadCard(message) {
  const thread = state.channels.get(message.id) ?? message.thread;
  if (!thread || state.current === thread.id) return null;
  const inside = messagesIn(thread.id);
  const last = inside.at(-1);
  const count = Math.max(inside.length, thread.message_count ?? 0);
  return h("button", { type: "button", class: "thread-card", "data-testid": "thread-link", "data-id": thread.id, onclick: () => open(thread.id) },
    h("span", { class: "thread-top" }, h("b", {}, thread.name), h("span", { class: "blue" }, `${count} ${count === 1 ? "Message" : "Messages"} ›`)),
    h("span", { class: "thread-last" }, ...(last
      ? [avatar(last.author, 16), h("span", { class: "author" }, nameOf(last.author)), h("span", { class: "reply-words" }, summary(last) || "…"), h("time", {}, shortTime(when(last)))]
      : ["There are no recent messages in this thread."])));
}

function ephemeralLine(message) {
  if (!(message.flags & FLAGS.ephemeral)) return null;
  const dismiss = () => {
    state.dismissed.add(message.id);
    changed();
  };
  return h("div", { class: "ephemeral-line" }, icon("eye", 16), "Only you can see this • ", h("button", { type: "button", class: "as-link", "data-testid": "dismiss", onclick: dismiss }, "Dismiss message"));
}

function failure(message) {
  const words = state.failed.get(message.id);
  return words && h("div", { class: "failure", role: "alert", "data-testid": "failure" }, icon("warn", 16), words);
}

const mentionsViewer = (message) => (message.mentions ?? []).some((user) => user.id === viewer()?.id);

const classes = (message, grouped, starter) => [
  "message", grouped ? "grouped" : "", starter ? "starter" : "",
  message.flags & FLAGS.ephemeral ? "ephemeral" : mentionsViewer(message) ? "mentioned" : "",
].filter(Boolean).join(" ");

const SYSTEM = {
  6: () => "pinned a message to this channel.",
  7: () => "joined the server.",
  18: (message) => `started a thread: ${message.content}`,
};

function systemRow(message) {
  return h("article", { class: "message system", "data-testid": "message", "data-message": message.id },
    h("div", { class: "gutter" }, icon(message.type === 18 ? "thread" : "right", 18)),
    h("div", { class: "main" }, h("span", { class: "author" }, nameOf(message.author)), ` ${SYSTEM[message.type](message)} `, h("time", {}, headTime(when(message)))));
}

/** Whether this kind of message is drawn as one grey line. */
export const isSystem = (message) => message.type in SYSTEM;

/** A row. `old` maps media to use again; a starter is a thread's first message, shown above it and not to be pressed. */
export function messageRow(message, { grouped = false, starter = false, old = new Map() } = {}) {
  if (isSystem(message)) return systemRow(message);
  const at = { message, old, frozen: starter };
  const gutter = grouped ? h("time", { class: "hover-time" }, shortTime(when(message))) : avatar(message.author);
  return h("article", {
    class: classes(message, grouped, starter), "data-testid": starter ? "starter" : "message", "data-message": message.id,
    "data-author": message.author.username, "aria-label": `${nameOf(message.author)}, ${shortTime(when(message))}`,
    oncontextmenu: (event) => contextMenu(event, message),
  },
    replyLine(message) ?? commandLine(message),
    h("div", { class: "gutter" }, gutter),
    h("div", { class: "main" }, !grouped && head(message), ...body(message, at), reactions(message), !starter && threadCard(message), ephemeralLine(message), failure(message)),
    !starter && toolbar(message));
}
