// Legacy embeds.
import { h, safeUrl } from "./dom.js";
import { markdown } from "./markdown.js";
import { mediaItem, mosaic } from "./media.js";
import { timestamp } from "./time.js";
import { world } from "./world.js";

const colour = (value) => (Number.isInteger(value) ? { "--accent": `#${value.toString(16).padStart(6, "0")}` } : {});
const maybeLink = (text, url) => (url ? h("a", { href: safeUrl(url), target: "_blank", rel: "noopener noreferrer" }, text) : text);
const picture = (media, className) => media?.url && h("img", { class: className, src: safeUrl(media.url), alt: "", loading: "lazy" });

function head(embed) {
  return [
    embed.provider?.name && h("div", { class: "embed-provider" }, embed.provider.name),
    embed.author?.name && h("div", { class: "embed-author" }, picture({ url: embed.author.icon_url }, "embed-icon"), maybeLink(embed.author.name, embed.author.url)),
    embed.title && h("div", { class: "embed-title" }, maybeLink(embed.title, embed.url)),
    embed.description && h("div", { class: "markdown" }, ...markdown(embed.description, world)),
  ];
}

const field = (each) =>
  h("div", { class: `embed-field${each.inline ? " inline" : ""}` }, h("b", {}, each.name), h("div", { class: "markdown" }, ...markdown(each.value, world)));

function foot(embed) {
  const when = embed.timestamp && timestamp(Date.parse(embed.timestamp) / 1000);
  if (!embed.footer?.text && !when) return null;
  return h("div", { class: "embed-footer" }, picture({ url: embed.footer?.icon_url }, "embed-icon"), embed.footer?.text, embed.footer?.text && when && " • ", when);
}

/** One embed. `old` maps media to use again. */
export function embedView(embed, old) {
  return h("div", { class: "embed", style: colour(embed.color) },
    h("div", { class: "embed-words" }, ...head(embed), embed.fields?.length > 0 && h("div", { class: "embed-fields" }, ...embed.fields.map(field))),
    embed.thumbnail?.url && picture(embed.thumbnail, "embed-thumbnail"),
    embed.image?.url && h("div", { class: "embed-image" }, mosaic([mediaItem(embed.image)], old)),
    foot(embed));
}
