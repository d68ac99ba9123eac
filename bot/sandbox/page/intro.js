// The top of a channel, and what a newcomer is told in an empty one.
import { avatar } from "./avatar.js";
import { useSample } from "./composer.js";
import { h } from "./dom.js";
import { sampleList } from "./files.js";
import { icon } from "./icons.js";
import { isDirect, isThread, messagesIn, nameOf, state } from "./store.js";

const STEPS = [
  "Pick a photo: one of these, or your own by the + button, by pasting, or by dropping it here.",
  "Say what it should become, for example: make it a watercolor",
];

function lastStep(channel) {
  if (isDirect(channel)) return "Send. The progress appears here, then four pictures to choose from.";
  return `Send it with @${state.bot?.username ?? "bot"}. A thread opens with the progress, then with four pictures to choose from.`;
}

function welcome(channel) {
  const bot = state.bot ? nameOf(state.bot) : "The bot";
  return h("section", { class: "welcome", "data-testid": "welcome" },
    h("h2", {}, `Try ${bot} here`),
    h("p", {}, "This is a sandbox that works like Discord: no account, no token, everything stays on this machine."),
    h("ol", {}, ...[...STEPS, lastStep(channel)].map((step) => h("li", {}, step))),
    state.samples.length > 0 && sampleList(useSample),
    h("p", { class: "hint" }, "Type ", h("kbd", {}, "/"), " for commands. Hover a message to react, reply or open its Apps menu."));
}

const big = (channel) => (isDirect(channel) ? avatar(state.bot, 68) : h("span", { class: "intro-icon" }, icon(isThread(channel) ? "thread" : "hash", 40)));

function words(channel) {
  if (isDirect(channel)) return [nameOf(state.bot), `This is the beginning of your direct messages with ${nameOf(state.bot)}.`];
  if (!isThread(channel)) return [`Welcome to #${channel.name}!`, `This is the start of the #${channel.name} channel.`];
  const owner = state.users.get(channel.owner_id);
  return [channel.name, owner ? `Started by ${nameOf(owner)}` : ""];
}

/** The head of a channel's history. */
export function intro(channel) {
  if (!channel) return h("div", {});
  const [title, line] = words(channel);
  return h("header", { class: `intro${isThread(channel) ? " thread" : ""}` },
    big(channel), h("h1", {}, title), line && h("p", {}, line),
    !isThread(channel) && !messagesIn(channel.id).length && welcome(channel));
}
