// The only module that speaks to the sandbox server.

/** What the server refused, in its words. */
export class Refused extends Error {}

function wordsOf(body) {
  const found = [];
  const walk = (value) => {
    if (value?._errors) found.push(...value._errors.map((error) => error.message ?? error.code));
    else if (value && typeof value === "object") Object.values(value).forEach(walk);
  };
  walk(body.errors);
  return [body.message ?? "The sandbox refused that.", ...found].join(" ");
}

function request(payload, files) {
  if (!files.length) {
    return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(payload) };
  }
  const form = new FormData();
  form.append("payload_json", JSON.stringify(payload));
  files.forEach((file, index) => form.append(`files[${index}]`, file, file.name));
  return { method: "POST", body: form };
}

/** POST /sandbox/<what>; the answer's JSON, or null. Raises Refused. */
export async function act(what, payload, files = []) {
  let response;
  try {
    response = await fetch(`/sandbox/${what}`, request(payload, files));
  } catch {
    throw new Refused("The sandbox does not answer. Is it still running?");
  }
  const text = await response.text();
  const body = text && response.headers.get("Content-Type")?.includes("json") ? JSON.parse(text) : null;
  if (!response.ok) throw new Refused(wordsOf(body ?? {}));
  return body;
}

async function get(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Refused(`${path} answered ${response.status}.`);
  return response.json();
}

export const fetchState = (user) => get(`/sandbox/state?user=${encodeURIComponent(user)}`);

export const fetchSamples = () => get("/sandbox/samples");

/** A sample photo as a file one can post. */
export async function sampleFile(sample) {
  const response = await fetch(sample.url);
  const blob = await response.blob();
  const last = sample.url.split("?")[0].split("/").pop();
  const name = last.includes(".") ? last : `${sample.name}.${blob.type.split("/")[1] ?? "png"}`;
  return new File([blob], name, { type: blob.type });
}

/**
 * Live events for one viewer, connected again after every loss.
 * onOpen runs after each connection, so that the state is fetched anew. Returns a function that ends it.
 */
export function listen(user, { onEvent, onOpen, onLost }) {
  let source = null;
  let timer = null;
  let wait = 500;
  let over = false;
  const connect = () => {
    source = new EventSource(`/sandbox/events?user=${encodeURIComponent(user)}`);
    source.onopen = () => {
      wait = 500;
      onOpen();
    };
    source.onmessage = (message) => {
      const { t, d } = JSON.parse(message.data);
      onEvent(t, d);
    };
    source.onerror = () => {
      source.close();
      onLost();
      if (!over) timer = setTimeout(connect, wait);
      wait = Math.min(wait * 2, 8000);
    };
  };
  connect();
  return () => {
    over = true;
    clearTimeout(timer);
    source.close();
  };
}
