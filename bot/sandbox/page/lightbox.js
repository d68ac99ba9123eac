// Pictures in large: arrows, Escape, and the way to the original.
import { by, h, safeUrl, trapFocus } from "./dom.js";
import { icon } from "./icons.js";

function stage(item) {
  const src = safeUrl(item.url) ?? "";
  if (item.video) return h("video", { src, controls: true, loop: true, autoplay: true, playsinline: true, "aria-label": item.alt });
  return h("img", { src, alt: item.alt, width: item.width, height: item.height });
}

const arrow = (name, label, onclick) =>
  h("button", { class: `lightbox-arrow ${name}`, type: "button", "aria-label": label, "data-testid": `lightbox-${name === "left" ? "previous" : "next"}`, onclick }, icon(name, 32));

function frame(items, index, go, close) {
  const item = items[index];
  const many = items.length > 1;
  return h("div", { class: "lightbox", role: "dialog", "aria-modal": "true", "aria-label": "Picture", "data-testid": "lightbox", onclick: (e) => e.target === e.currentTarget && close() },
    h("div", { class: "lightbox-bar" },
      h("span", { class: "lightbox-count" }, many ? `${index + 1} of ${items.length}` : ""),
      h("a", { href: safeUrl(item.url), target: "_blank", rel: "noopener", "data-testid": "lightbox-original" }, icon("external", 18), "Open original"),
      h("button", { type: "button", class: "round", "aria-label": "Close", "data-testid": "lightbox-close", onclick: close }, icon("close", 24))),
    many && arrow("left", "Previous picture", () => go(-1)),
    h("figure", { onclick: (e) => e.target === e.currentTarget && close() }, stage(item), item.caption && h("figcaption", {}, item.caption)),
    many && arrow("right", "Next picture", () => go(1)));
}

/** Show items[index]; an item is {url, alt, caption, video, width, height}. */
export function openLightbox(items, start) {
  const root = by("overlays");
  const before = document.activeElement;
  let index = start;
  let box = null;
  let untrap = () => {};
  const close = () => {
    untrap();
    document.removeEventListener("keydown", onKey, true);
    box.remove();
    before?.focus?.();
  };
  const go = (step) => {
    index = (index + step + items.length) % items.length;
    draw(step < 0 ? "lightbox-previous" : "lightbox-next");
  };
  const onKey = (event) => {
    const what = { Escape: close, ArrowLeft: () => go(-1), ArrowRight: () => go(1) }[event.key];
    if (!what || (event.target.tagName === "VIDEO" && event.key !== "Escape")) return;
    event.preventDefault();
    event.stopPropagation();
    what();
  };
  const draw = (focus) => {
    const fresh = frame(items, index, go, close);
    untrap();
    if (box) box.replaceWith(fresh);
    else root.append(fresh);
    box = fresh;
    untrap = trapFocus(box);
    (box.querySelector(`[data-testid="${focus}"]`) ?? box.querySelector("[data-testid=lightbox-close]")).focus();
  };
  document.addEventListener("keydown", onKey, true);
  draw("lightbox-next");
}
