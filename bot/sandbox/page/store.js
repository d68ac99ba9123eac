// What the page knows. Events go in, the page is told to draw; nothing here touches the document.

export const FLAGS = { ephemeral: 1 << 6, loading: 1 << 7, v2: 1 << 15 };
const THREADS = [10, 11, 12];

export const state = {
  users: new Map(), channels: new Map(), messages: new Map(), commands: [], samples: [],
  botOnline: false, connected: true, loaded: false,
  viewer: "alice", current: null, bot: null,
  unread: new Map(), dismissed: new Set(), typing: new Map(), mine: new Map(),
  pending: new Map(), failed: new Map(), replyTo: null, draftThread: null,
};

const listeners = new Set();
let queued = false;

/** Draw soon, once, however many changes come together. */
export function changed() {
  if (queued) return;
  queued = true;
  queueMicrotask(() => {
    queued = false;
    for (const listener of listeners) listener();
  });
}

export const onChange = (listener) => listeners.add(listener);

export const viewer = () => [...state.users.values()].find((user) => user.username === state.viewer);
export const isThread = (channel) => THREADS.includes(channel?.type);
export const isDirect = (channel) => channel?.type === 1;
const byId = (one, other) => (BigInt(one.id) < BigInt(other.id) ? -1 : 1);

/** The full answer of GET /sandbox/state replaces what was known. */
export function replace(answer) {
  state.users = new Map(answer.users.map((user) => [user.id, user]));
  state.channels = new Map(answer.channels.map((channel) => [channel.id, channel]));
  state.messages = new Map(answer.messages.map((message) => [message.id, message]));
  state.commands = answer.commands;
  state.botOnline = answer.bot_online;
  state.bot = answer.users.find((user) => user.bot) ?? null;
  state.loaded = true;
  if (!state.channels.has(state.current)) state.current = firstChannel()?.id ?? null;
  changed();
}

const firstChannel = () => textChannels()[0];

export const textChannels = () =>
  [...state.channels.values()].filter((channel) => channel.type === 0).sort((a, b) => (a.position ?? 0) - (b.position ?? 0) || byId(a, b));

export const threadsOf = (channelId) =>
  [...state.channels.values()]
    .filter((channel) => isThread(channel) && channel.parent_id === channelId && !channel.thread_metadata?.archived)
    .sort(byId);

/** The viewer's own conversation with the bot, once it exists. */
export const directChannel = () => {
  const me = viewer();
  const withBot = (people) => people.some((user) => user.id === me?.id) && people.every((user) => user.bot || user.id === me?.id);
  return [...state.channels.values()].find((channel) => isDirect(channel) && withBot(channel.recipients ?? [])) ?? null;
};

/** An ephemeral message is for the one who caused it; the server keeps it from the others already. */
const visible = (message) => {
  if (!(message.flags & FLAGS.ephemeral)) return true;
  if (state.dismissed.has(message.id)) return false;
  const owner = message.interaction_metadata?.user?.id;
  return !owner || owner === viewer()?.id;
};

export const messagesIn = (channelId) =>
  [...state.messages.values()].filter((message) => message.channel_id === channelId && visible(message)).sort(byId);

export const userName = (id) => {
  const user = state.users.get(id);
  return user ? nameOf(user) : "unknown-user";
};
export const nameOf = (user) => user.global_name || user.username;
export const channelName = (id) => state.channels.get(id)?.name ?? "unknown";

export function open(channelId) {
  if (!state.channels.has(channelId)) return;
  if (state.current !== channelId) state.replyTo = null;
  state.current = channelId;
  state.unread.delete(channelId);
  changed();
}

/** What a loading deferral, a typing note or a failure leaves behind goes when its message comes. */
function noteMessage(message) {
  const known = state.messages.has(message.id);
  state.messages.set(message.id, message);
  if (message.author?.bot) state.typing.delete(message.channel_id);
  if (known || message.channel_id === state.current || message.author?.id === viewer()?.id) return;
  state.unread.set(message.channel_id, (state.unread.get(message.channel_id) ?? 0) + 1);
}

function updateMessage(message) {
  const old = state.messages.get(message.id);
  state.messages.set(message.id, { ...old, ...message, reactions: message.reactions ?? (message.author ? undefined : old?.reactions) });
}

function removeMessage(id) {
  state.messages.delete(id);
  if (state.replyTo === id) state.replyTo = null;
}

function changeReaction(d, step) {
  const message = state.messages.get(d.message_id);
  if (!message) return;
  const all = message.reactions ?? [];
  const old = all.find((reaction) => reaction.emoji.name === d.emoji.name) ?? { emoji: d.emoji, count: 0 };
  const users = (old.users ?? []).filter((id) => id !== d.user_id);
  if (step > 0) users.push(d.user_id);
  const fresh = { ...old, count: old.users || !old.count ? users.length : old.count + step, users };
  const key = `${message.id} ${d.emoji.name} ${d.user_id}`;
  state.mine.set(key, step > 0);
  const others = all.includes(old) ? all.map((reaction) => (reaction === old ? fresh : reaction)) : [...all, fresh];
  state.messages.set(message.id, { ...message, reactions: others.filter((reaction) => reaction.count > 0) });
}

/** Whether the viewer gave this reaction. */
export function reacted(message, reaction) {
  const me = viewer()?.id;
  const seen = state.mine.get(`${message.id} ${reaction.emoji.name} ${me}`);
  return seen ?? (reaction.users ? reaction.users.includes(me) : Boolean(reaction.me));
}

function noteChannel(channel) {
  state.channels.set(channel.id, { ...state.channels.get(channel.id), ...channel });
}

const EVENTS = {
  MESSAGE_CREATE: noteMessage,
  MESSAGE_UPDATE: updateMessage,
  MESSAGE_DELETE: (d) => removeMessage(d.id),
  MESSAGE_DELETE_BULK: (d) => d.ids.forEach(removeMessage),
  MESSAGE_REACTION_ADD: (d) => changeReaction(d, 1),
  MESSAGE_REACTION_REMOVE: (d) => changeReaction(d, -1),
  THREAD_CREATE: noteChannel,
  THREAD_UPDATE: noteChannel,
  CHANNEL_CREATE: noteChannel,
  CHANNEL_UPDATE: noteChannel,
  THREAD_DELETE: (d) => state.channels.delete(d.id),
  CHANNEL_DELETE: (d) => state.channels.delete(d.id),
  BOT_ONLINE: (d) => {
    state.botOnline = d.online;
  },
  TYPING_START: (d) => state.typing.set(d.channel_id, { user: d.user_id, until: Date.now() + 10_000 }),
};

/** Told to bots; nothing on the page shows them. */
const UNSEEN = new Set(["THREAD_MEMBERS_UPDATE", "THREAD_MEMBER_UPDATE", "INTERACTION_CREATE", "PRESENCE_UPDATE", "CHANNEL_PINS_UPDATE"]);

/** True if the event was understood; otherwise the state has to be fetched again. */
export function apply(t, d) {
  if (UNSEEN.has(t)) return true;
  const handle = EVENTS[t];
  if (!handle || !d) return false;
  handle(d);
  changed();
  return true;
}
