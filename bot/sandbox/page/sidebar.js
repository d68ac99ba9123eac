// The rail, the channel list, who is here, and who one is.
import { avatar } from "./avatar.js";
import { by, h, redraw } from "./dom.js";
import { icon } from "./icons.js";
import { attempt } from "./interactions.js";
import { openMenu } from "./popover.js";
import { directChannel, isDirect, isThread, nameOf, open, state, textChannels, threadsOf, viewer } from "./store.js";

const people = () => [...state.users.values()].filter((user) => !user.bot);

function go(id) {
  open(id);
  showDrawer(false);
}

/** Open one's conversation with the bot; the first time it has to be made. */
async function openDirect() {
  const channel = directChannel() ?? (await attempt("dm", {}));
  if (!channel) return;
  state.channels.set(channel.id, channel);
  go(channel.id);
}

const badge = (count) => count > 0 && h("span", { class: "badge", "data-testid": "unread", "aria-label": `${count} unread` }, count);

function row(channel, kind, name, ...inside) {
  const unread = state.unread.get(channel.id) ?? 0;
  const current = state.current === channel.id;
  return h("button", {
    type: "button", class: `channel ${kind}${unread ? " unread" : ""}`, "data-testid": "channel", "data-kind": kind, "data-id": channel.id, "data-name": name,
    "aria-current": current ? "page" : null, onclick: () => go(channel.id),
  }, ...inside, h("span", { class: "channel-name" }, name), badge(unread));
}

function textRow(channel) {
  const threads = threadsOf(channel.id);
  return h("li", {}, row(channel, "text", channel.name, icon("hash", 20)),
    threads.length > 0 && h("ul", { class: "threads" }, ...threads.map((thread) => h("li", {}, row(thread, "thread", thread.name)))));
}

function directRow() {
  if (!state.bot) return null;
  const channel = directChannel();
  const face = avatar(state.bot, 32, state.botOnline);
  if (channel) return row(channel, "dm", nameOf(state.bot), face);
  return h("button", { type: "button", class: "channel dm", "data-testid": "channel", "data-kind": "dm", "data-name": nameOf(state.bot), onclick: () => openDirect() },
    face, h("span", { class: "channel-name" }, nameOf(state.bot)));
}

const CHANNELS = "channels";

const otherTalks = () => [...state.channels.values()].filter((channel) => (isDirect(channel) || channel.type === 3) && channel.id !== directChannel()?.id);

function talkRow(channel) {
  const others = channel.recipients.filter((user) => user.id !== viewer()?.id);
  return row(channel, "dm", others.map(nameOf).join(", "), avatar(others[0] ?? channel.recipients[0], 32));
}

const facts = () => [[...state.channels.values()], state.current, [...state.unread], state.botOnline, state.connected, state.viewer, state.bot, people().length];

export function drawChannels() {
  const box = by(CHANNELS);
  const focused = document.activeElement?.closest(`#${CHANNELS} button`)?.dataset.id;
  redraw(box, facts(), () => [
    h("h2", {}, "Text channels"), h("ul", {}, ...textChannels().map(textRow)),
    h("h2", {}, "Direct messages"), h("ul", {}, h("li", {}, directRow()), ...otherTalks().map((channel) => h("li", {}, talkRow(channel))))]);
  if (focused && document.activeElement === document.body) box.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

export function drawMember(choose) {
  const me = viewer();
  if (!me) return;
  const items = () => [
    { heading: "Look at the sandbox as" },
    ...people().map((user) => ({ label: nameOf(user), detail: user.username, before: avatar(user, 32), current: user.id === me.id, icon: user.id === me.id ? "check" : null, testid: `member-${user.username}`, run: () => choose(user.username) })),
  ];
  redraw(by("me"), [me, people().length], () =>
    h("button", { type: "button", class: "me", "data-testid": "member", "aria-haspopup": "menu", "aria-label": `You are ${nameOf(me)}. Switch member`, onclick: (e) => openMenu(items(), e.currentTarget, { preferAbove: true }) },
      avatar(me, 32, true), h("span", { class: "me-words" }, h("b", {}, nameOf(me)), h("small", {}, "Switch member")), icon("up", 18)));
}

export function drawHeader() {
  const channel = state.channels.get(state.current);
  if (!channel) return;
  const name = isDirect(channel) ? nameOf(state.bot) : channel.name;
  const parent = isThread(channel) ? state.channels.get(channel.parent_id) : null;
  redraw(by("where"), [channel, parent, state.botOnline], () => [
    parent && h("button", { type: "button", class: "crumb", "data-testid": "parent", onclick: () => open(parent.id) }, icon("hash", 20), parent.name),
    parent && h("span", { class: "crumb-arrow", "aria-hidden": "true" }, "›"),
    isDirect(channel) ? avatar(state.bot, 24, state.botOnline) : icon(isThread(channel) ? "thread" : "hash", 24),
    h("h1", { "data-testid": "title" }, name),
    channel.topic && h("span", { class: "topic" }, channel.topic),
  ]);
  document.title = `${isDirect(channel) ? "@" : "#"}${name} | Easel sandbox`;
  drawBotStatus();
}

function drawBotStatus() {
  const words = state.connected ? `${state.bot ? nameOf(state.bot) : "Bot"} ${state.botOnline ? "online" : "offline"}` : "Reconnecting…";
  const kind = state.connected && state.botOnline ? "online" : "offline";
  redraw(by("bot"), [words, kind], () => [h("span", { class: `status ${kind}`, "aria-hidden": "true" }), words]);
  by("bot").dataset.online = String(state.botOnline && state.connected);
}

const memberRow = (user, online) =>
  h("li", { class: online ? "" : "away-member" }, avatar(user, 32, online), h("span", { class: "author" }, nameOf(user)), user.bot && h("span", { class: "app-tag" }, "APP"));

export function drawMembers() {
  redraw(by("members"), [people().map((user) => user.id), state.bot, state.botOnline], () => [
    h("h2", {}, `Apps — ${state.bot ? 1 : 0}`), h("ul", {}, state.bot && memberRow(state.bot, state.botOnline)),
    h("h2", {}, `Members — ${people().length}`), h("ul", {}, ...people().map((user) => memberRow(user, true)))]);
}

/** On a narrow screen the channel list is a drawer. */
export function showDrawer(shown) {
  by("app").classList.toggle("drawer", shown);
  by("toggle-drawer").setAttribute("aria-expanded", String(shown));
}

export function wireSidebar() {
  by("toggle-drawer").addEventListener("click", () => showDrawer(!by("app").classList.contains("drawer")));
  by("backdrop").addEventListener("click", () => showDrawer(false));
  by("home").addEventListener("click", () => openDirect());
  by("guild").addEventListener("click", () => go(textChannels()[0]?.id));
  by("toggle-members").addEventListener("click", (event) => {
    const shown = by("app").classList.toggle("no-members");
    event.currentTarget.setAttribute("aria-pressed", String(!shown));
  });
}
