// The messages of the open channel: drawn once, then only what changed.
import { by, h } from "./dom.js";
import { mediaIn } from "./media.js";
import { isSystem, messageRow } from "./message.js";
import { intro } from "./intro.js";
import { isThread, messagesIn, reacted, state, viewer } from "./store.js";
import { dayName, sameDay } from "./time.js";

const TOGETHER = 7 * 60_000;
const drawn = new Map();
let shownChannel = null;
let shownViewer = null;
let lastSeen = null;
let stuck = true;

const when = (message) => new Date(message.timestamp);

function belongsTo(message, before) {
  return Boolean(before) && message.author.id === before.author.id && message.type !== 19 && !isSystem(before) && !isSystem(message)
    && (message.flags & 64) === (before.flags & 64) && message.interaction_metadata?.type !== 2
    && when(message) - when(before) < TOGETHER && sameDay(when(message), when(before));
}

const unsigned = (key, value) => (key === "url" || key === "proxy_url" ? String(value).split("?")[0] : value);

/** Equal signatures look the same. Signed links differ every time, so they count without their signature. */
function signature(message, grouped) {
  const busy = [...state.pending.keys()].filter((key) => key.startsWith(message.id));
  const thread = state.channels.get(message.id);
  const inside = thread ? messagesIn(thread.id) : [];
  const reply = message.message_reference && state.messages.get(message.message_reference.message_id);
  const own = (message.reactions ?? []).map((reaction) => reacted(message, reaction));
  return JSON.stringify([message, grouped, busy, state.failed.get(message.id), thread?.name, inside.length, inside.at(-1)?.content, reply?.content, own, state.commands.length], unsigned);
}

const divider = (date) => h("div", { class: "divider", role: "separator" }, h("span", {}, dayName(date)));

/** What stands in the list, top to bottom: [key, signature, make(oldNode)]. */
function plan() {
  const channel = state.channels.get(state.current);
  const rows = [["intro", introSignature(channel), () => intro(channel)]];
  let before = null;
  const starter = isThread(channel) ? state.messages.get(channel.id) : null;
  if (starter) rows.push([`starter ${starter.id}`, signature(starter, false), (old) => messageRow(starter, { starter: true, old: mediaOf(old) })]);
  for (const message of messagesIn(state.current)) {
    if (message.type === 21) continue;
    if (!before || !sameDay(when(message), when(before))) rows.push([`day ${when(message).toDateString()}`, "", () => divider(when(message))]);
    const grouped = belongsTo(message, before);
    rows.push([message.id, signature(message, grouped), (old) => messageRow(message, { grouped, old: mediaOf(old) })]);
    before = message;
  }
  return rows;
}

const introSignature = (channel) =>
  JSON.stringify([channel?.id, channel?.name, messagesIn(state.current).length === 0, state.samples.length, state.bot?.username, state.viewer]);

const mediaOf = (node) => (node ? mediaIn(node) : new Map());

function refocus(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement.dataset.testid : null;
  return () => focused && fresh.querySelector(`[data-testid="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

function playing(node) {
  return [...node.querySelectorAll("video")].filter((video) => !video.paused);
}

function rowNode([key, sign, make]) {
  const known = drawn.get(key);
  if (known?.sign === sign) return known.node;
  const films = known ? playing(known.node) : [];
  const again = known ? known.node : null;
  const node = make(again);
  if (again) {
    const focus = refocus(again, node);
    again.replaceWith(node);
    focus();
    // A clip that is moved to its new place stops; one that was playing goes on.
    films.forEach((film) => film.isConnected && film.play().catch(() => {}));
  }
  drawn.set(key, { sign, node });
  return node;
}

function forget() {
  drawn.forEach(({ node }) => node.remove());
  drawn.clear();
}

function dropGone(rows) {
  const keys = new Set(rows.map(([key]) => key));
  for (const [key, { node }] of drawn) {
    if (keys.has(key)) continue;
    node.remove();
    drawn.delete(key);
  }
}

const toBottom = () => {
  const scroller = by("scroller");
  scroller.scrollTop = scroller.scrollHeight;
};

function showJump(news) {
  const jump = by("jump");
  if (stuck) jump.hidden = true;
  else if (news) jump.hidden = false;
}

export function drawList() {
  const moved = shownChannel !== state.current || shownViewer !== viewer()?.id;
  if (moved) {
    forget();
    stuck = true;
    shownChannel = state.current;
    shownViewer = viewer()?.id;
  }
  const last = messagesIn(state.current).at(-1);
  // What one says oneself is always brought into view.
  if (last && last.id !== lastSeen && last.author.id === viewer()?.id) stuck = true;
  lastSeen = last?.id ?? null;
  const list = by("list");
  const rows = plan();
  dropGone(rows);
  const sizeBefore = drawn.size;
  let before = null;
  for (const node of rows.map(rowNode)) {
    const expected = before ? before.nextSibling : list.firstChild;
    if (node !== expected) list.insertBefore(node, expected);
    before = node;
  }
  if (stuck) toBottom();
  showJump(!moved && drawn.size > sizeBefore);
}

/** Stay at the bottom while things below grow, unless the reader went up. */
export function watchScroll() {
  const scroller = by("scroller");
  scroller.addEventListener("scroll", () => {
    stuck = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 48;
    showJump(false);
  });
  const keep = new ResizeObserver(() => stuck && toBottom());
  keep.observe(by("list"));
  keep.observe(scroller);
  by("jump").addEventListener("click", () => {
    stuck = true;
    toBottom();
    showJump(false);
  });
}
