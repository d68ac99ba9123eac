// Files on their way to the bot: trays with thumbnails, pickers, the sample photos.
import { sampleFile } from "./api.js";
import { by, h, sizeText } from "./dom.js";
import { icon } from "./icons.js";
import { state } from "./store.js";

export const MOST_FILES = 10;

const previews = new WeakMap();

/** A local address of a file's picture; made once a file. */
function preview(file) {
  if (!previews.has(file)) previews.set(file, URL.createObjectURL(file));
  return previews.get(file);
}

function thumb(file) {
  if (file.type.startsWith("image/")) return h("img", { src: preview(file), alt: "" });
  if (file.type.startsWith("video/")) return h("video", { src: preview(file), muted: true, preload: "metadata", "aria-hidden": "true" });
  return icon("file", 40);
}

/** One chosen file with its thumbnail, name and a way to remove it. */
export function fileChip(file, remove) {
  return h("li", { class: "file-chip", "data-testid": "upload" },
    h("div", { class: "file-thumb" }, thumb(file)),
    h("span", { class: "file-name", title: file.name }, file.name),
    h("small", {}, sizeText(file.size)),
    h("button", { type: "button", class: "remove", "aria-label": `Remove ${file.name}`, onclick: remove }, icon("trash", 18)));
}

/** Ask for files by the browser's own dialog. */
export function browse({ multiple, accept, onFiles }) {
  const input = h("input", { type: "file", multiple, accept, class: "away" });
  input.addEventListener("change", () => onFiles([...input.files]));
  input.click();
}

/** The sample photos with their licences; `onFile(file, sample)` gets the one picked. */
export function sampleList(onFile) {
  return h("ul", { class: "samples", "aria-label": "Sample photos" }, ...state.samples.map((sample) =>
    h("li", {}, h("button", {
      type: "button", class: "sample", "data-testid": `sample-${sample.name}`, title: `${sample.title} (${sample.licence})`,
      onclick: async () => onFile(await sampleFile(sample), sample),
    }, h("img", { src: sample.url, alt: "", loading: "lazy" }), h("span", {}, sample.title), h("small", {}, sample.licence)))));
}

function dropZone(input, max, add) {
  const zone = h("div", { class: "drop-zone" },
    h("button", { type: "button", class: "button secondary", onclick: () => input.click() }, icon("image", 18), max > 1 ? `Choose up to ${max} files` : "Choose a file"),
    h("span", {}, "or drop one here"), input);
  zone.addEventListener("dragover", (event) => event.preventDefault());
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    event.stopPropagation();
    by("drop").hidden = true;
    add([...event.dataTransfer.files]);
  });
  return zone;
}

/** A field for files in a modal or a command: choose, drop, or a sample. Gives {node, files()}. */
export function filePicker({ id, max, testid, onChange = () => {} }) {
  let files = [];
  const tray = h("ul", { class: "tray small" });
  const input = h("input", { type: "file", id, multiple: max > 1, class: "away", "data-testid": testid });
  const add = (more) => set([...files, ...more]);
  const zone = dropZone(input, max, add);
  const samples = sampleList((file) => add([file]));
  samples.classList.add("compact");
  const set = (next) => {
    files = next.slice(0, max);
    tray.replaceChildren(...files.map((file) => fileChip(file, () => set(files.filter((other) => other !== file)))));
    tray.hidden = !files.length;
    zone.hidden = files.length >= max;
    samples.hidden = zone.hidden || !state.samples.length;
    onChange(files);
  };
  input.addEventListener("change", () => {
    add([...input.files]);
    input.value = "";
  });
  set([]);
  return { node: h("div", { class: "file-picker" }, tray, zone, samples), files: () => files };
}
