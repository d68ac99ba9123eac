// The page's wiring: state in, drawings out.
import { fetchSamples, fetchState, listen, Refused } from "./api.js";
import { drawComposer, wireComposer } from "./composer.js";
import { by, h } from "./dom.js";
import { icon } from "./icons.js";
import { interactionEvent } from "./interactions.js";
import { drawList, watchScroll } from "./list.js";
import { drawChannels, drawHeader, drawMember, drawMembers, wireSidebar } from "./sidebar.js";
import { apply, changed, nameOf, onChange, open, replace, state } from "./store.js";
import { startClock } from "./time.js";

/** Who one is at first, and again if the member one was is no more. */
const FIRST = "alice";

let stop = () => {};
let refetch = null;

let held = null;

/** Fetch the state anew. Events that come meanwhile are held, for the answer may be older than they are. */
async function refresh() {
  if (held) return later();
  const user = state.viewer;
  held = [];
  try {
    const answer = await fetchState(user);
    if (user === state.viewer) replace(answer);
  } catch (error) {
    if (error instanceof Refused && user !== FIRST) become(FIRST);
    else later(2000);
  }
  const missed = held;
  held = null;
  missed.forEach(([t, d]) => take(t, d));
}

function later(wait = 60) {
  clearTimeout(refetch);
  refetch = setTimeout(refresh, wait);
}

function take(t, d) {
  if (!apply(t, d)) later();
}

function onEvent(t, d) {
  if (interactionEvent(t, d)) return;
  if (held) held.push([t, d]);
  else take(t, d);
}

function connect() {
  stop();
  stop = listen(state.viewer, {
    onEvent,
    onOpen: () => {
      state.connected = true;
      refresh();
    },
    onLost: () => {
      state.connected = false;
      if (!state.loaded) later(1000);
      changed();
    },
  });
}

function become(username) {
  sessionStorage.setItem("member", username);
  state.viewer = username;
  state.unread.clear();
  state.failed.clear();
  state.replyTo = null;
  connect();
}

const choose = (username) => username !== state.viewer && become(username);

function drawTyping() {
  const note = state.typing.get(state.current);
  const user = note && note.until > Date.now() ? state.users.get(note.user) : null;
  by("typing").replaceChildren(...(user ? [h("span", { class: "dots" }, h("i"), h("i"), h("i")), h("b", {}, nameOf(user)), " is typing…"] : []));
}

function fromAddress() {
  const id = location.hash.slice(1);
  if (state.channels.has(id) && id !== state.current) open(id);
}

function toAddress() {
  if (!state.current || location.hash.slice(1) === state.current) return;
  history[location.hash ? "pushState" : "replaceState"](null, "", `#${state.current}`);
}

function draw() {
  if (!state.loaded) return;
  drawChannels();
  drawHeader();
  drawMember(choose);
  drawMembers();
  drawList();
  drawComposer();
  drawTyping();
  toAddress();
}

async function loadSamples() {
  try {
    state.samples = await fetchSamples();
  } catch {
    state.samples = [];
  }
  changed();
}

function wire() {
  by("toggle-drawer").append(icon("menu", 24));
  by("toggle-members").append(icon("members", 22));
  by("home").append(icon("at", 26));
  wireSidebar();
  wireComposer();
  watchScroll();
  addEventListener("popstate", fromAddress);
  setInterval(drawTyping, 1000);
  startClock();
}

state.viewer = new URLSearchParams(location.search).get("user") ?? sessionStorage.getItem("member") ?? FIRST;
state.current = location.hash.slice(1) || null;
onChange(draw);
wire();
loadSamples();
connect();
