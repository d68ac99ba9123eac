// Elements from values. Nothing here, or anywhere on the page, parses HTML: text stays text.

const SVG = "http://www.w3.org/2000/svg";

function assign(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (name === "class") node.setAttribute("class", value);
  else if (name === "style") for (const [key, val] of Object.entries(value)) node.style.setProperty(key, val);
  else if (name === "value" || name === "muted") node[name] = value;
  else node.setAttribute(name, value === true ? "" : String(value));
}

/** h("button", {class: "x", onclick}, child, ...): strings become text nodes, empty children are left out. */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) assign(node, name, value);
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** The same for a drawing. */
export function svg(tag, props = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(props)) assign(node, name, value);
  node.append(...children);
  return node;
}

/** Only web addresses leave the page: javascript:, data: and their like become null. */
export function safeUrl(text) {
  try {
    const url = new URL(text, location.href);
    return ["http:", "https:", "blob:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** Signed links change with every answer; this names the file behind them. */
export const mediaKey = (url) => String(url).split("?")[0];

export const by = (id) => document.getElementById(id);

const FOCUSABLE = "button:not(:disabled), [href], input:not(:disabled), textarea, select, video, [tabindex='0']";

/** Keeps Tab inside an overlay; returns the handler's remover. */
export function trapFocus(root) {
  const onKey = (event) => {
    if (event.key !== "Tab") return;
    const stops = [...root.querySelectorAll(FOCUSABLE)].filter((stop) => stop.offsetParent !== null);
    if (!stops.length) return;
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    if (document.activeElement !== edge && root.contains(document.activeElement)) return;
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0]).focus();
  };
  document.addEventListener("keydown", onKey, true);
  return () => document.removeEventListener("keydown", onKey, true);
}

/** 1536 -> "1.5 KB" */
export function sizeText(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < 1048576) return `${(bytes / 1024).toFixed(1)} KB`;
  return `${(bytes / 1048576).toFixed(2)} MB`;
}

const drawnWith = new WeakMap();

/** Draw a part anew only when `facts` (anything JSON holds) differ, so that focus and hover stay where they are. */
export function redraw(node, facts, make) {
  const key = JSON.stringify(facts);
  if (drawnWith.get(node) === key) return;
  drawnWith.set(node, key);
  node.replaceChildren(...[make()].flat().filter(Boolean));
}
