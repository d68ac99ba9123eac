// Pictures, clips and files in a message, laid out as the client does it.
import { h, mediaKey, safeUrl, sizeText } from "./dom.js";
import { icon } from "./icons.js";
import { openLightbox } from "./lightbox.js";

const ROWS = { 1: [1], 2: [2], 3: [1, 2], 4: [2, 2], 5: [2, 3], 6: [3, 3], 7: [1, 3, 3], 8: [2, 3, 3], 9: [3, 3, 3], 10: [1, 3, 3, 3] };
const MAX_WIDTH = 550;
const MAX_HEIGHT = 480;

const fileName = (url) => decodeURIComponent(mediaKey(url).split("/").pop() ?? "file");
const isVideo = (type, url) => (type ?? "").startsWith("video/") || /\.(mp4|webm|mov)$/i.test(mediaKey(url));
const isImage = (type, url) => (type ?? "").startsWith("image/") || (!type && /\.(png|jpe?g|webp|gif|avif|bmp)$/i.test(mediaKey(url)));

/** One shape for a gallery item, an attachment and an embed's picture. */
export function mediaItem(media, { description, spoiler } = {}) {
  const name = media.filename ?? fileName(media.url);
  return {
    url: media.url, key: mediaKey(media.url), name, size: media.size,
    width: media.width || null, height: media.height || null,
    video: isVideo(media.content_type, media.url), image: isImage(media.content_type, media.url),
    alt: description || media.description || name, caption: description || media.description || "",
    spoiler: spoiler || name.startsWith("SPOILER_"),
  };
}

/** An element that shows the same file is moved over, not loaded again: no flicker while a message is edited. */
function reuse(item, old, make) {
  const known = old?.get(item.key);
  if (!known) return make();
  old.delete(item.key);
  known.setAttribute("alt", item.alt);
  return known;
}

function picture(item, old) {
  return reuse(item, old, () =>
    h("img", { src: safeUrl(item.url), alt: item.alt, loading: "lazy", decoding: "async", "data-media": item.key, width: item.width, height: item.height }));
}

function clip(item, old) {
  return reuse(item, old, () =>
    h("video", { src: safeUrl(item.url), controls: true, loop: true, playsinline: true, preload: "metadata", "aria-label": item.alt, "data-media": item.key }));
}

function tile(items, index, old) {
  const item = items[index];
  const show = () => openLightbox(items, index);
  if (item.video) {
    const large = h("button", { type: "button", class: "enlarge", "aria-label": "Open large", onclick: show }, icon("external", 16));
    return h("div", { class: "tile video", "data-testid": "gallery-item" }, clip(item, old), large);
  }
  const press = (event) => {
    if (event.currentTarget.classList.replace("spoilered", "revealed")) return;
    show();
  };
  return h("button", { type: "button", class: `tile${item.spoiler ? " spoilered" : ""}`, "data-testid": "gallery-item", "aria-label": `Open ${item.alt}`, title: item.caption, onclick: press }, picture(item, old));
}

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const aspectOf = (item) => (item.width && item.height ? item.width / item.height : 1.5);

/** One picture keeps its own shape; a grid's cells take that of the first, so that variants are not cropped. */
function shape(items) {
  const aspect = aspectOf(items[0]);
  if (items.length > 1) return { ratio: clamp(aspect, 0.75, 1.8), width: MAX_WIDTH };
  const tallest = items[0].height ? Math.min(items[0].height, MAX_HEIGHT) : MAX_HEIGHT;
  return { ratio: aspect, width: Math.min(MAX_WIDTH, items[0].width ?? MAX_WIDTH, tallest * aspect) };
}

const line = (tiles, columns, ratio, single) =>
  h("div", { class: "tile-row", style: { "--columns": columns, "--ratio": single ? ratio : columns === 1 ? 2 : columns === 3 ? Math.min(ratio, 1.2) : ratio } }, ...tiles);

function three(items, old) {
  return [h("div", { class: "tile-three" }, tile(items, 0, old), tile(items, 1, old), tile(items, 2, old))];
}

/** A grid of one to ten pictures and clips. `old` maps keys to elements to use again. */
export function mosaic(items, old) {
  const { ratio, width } = shape(items);
  let next = 0;
  const single = items.length === 1;
  const rows = items.length === 3
    ? three(items, old)
    : ROWS[Math.min(items.length, 10)].map((columns) =>
        line(Array.from({ length: columns }, () => tile(items, next++, old)), columns, ratio, single));
  return h("div", { class: `mosaic${single ? " single" : ""}`, "data-testid": "gallery", style: { "--width": `${Math.round(width)}px`, "--first": ratio } }, ...rows);
}

export function fileCard(item) {
  const href = safeUrl(item.url);
  return h("div", { class: "file-card", "data-testid": "file" },
    icon("file", 32),
    h("div", { class: "file-words" },
      h("a", { href, target: "_blank", rel: "noopener", title: item.name }, item.name),
      item.size !== undefined && item.size !== null && h("small", {}, sizeText(item.size))),
    h("a", { href, download: item.name, class: "round", "aria-label": `Download ${item.name}` }, icon("download")));
}

/** Attachments: pictures and clips in one grid, everything else as cards. */
export function attachmentsView(attachments, old) {
  const items = attachments.map((attachment) => mediaItem(attachment));
  const shown = items.filter((item) => item.image || item.video);
  const rest = items.filter((item) => !item.image && !item.video);
  return [shown.length > 0 && mosaic(shown, old), ...rest.map(fileCard)];
}

/** The media elements of a drawn message, to move into its next drawing. */
export const mediaIn = (node) => new Map([...node.querySelectorAll("[data-media]")].map((media) => [media.dataset.media, media]));
