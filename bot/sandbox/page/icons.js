// Line icons on a 24-unit grid, drawn for this page.
import { svg } from "./dom.js";

const PATHS = {
  hash: "M5 9h15M4 15h15M10 4 8 20M16 4l-2 16",
  thread: "M4 5h16v10H10l-4 4v-4H4zM9 10h7",
  at: "M16 12a4 4 0 1 1-4-4 4 4 0 0 1 4 4zm0 0v1.5a2.5 2.5 0 0 0 5 0V12a9 9 0 1 0-3.5 7.1",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6 6 18",
  menu: "M4 6h16M4 12h16M4 18h16",
  send: "M4 4l17 8-17 8 3-8zM7 12h8",
  reply: "M10 6l-6 6 6 6M4 12h9a7 7 0 0 1 7 7",
  smile: "M21 12a9 9 0 1 1-9-9 9 9 0 0 1 9 9zM8.5 14a4.3 4.3 0 0 0 7 0M9 9.5h.01M15 9.5h.01",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  apps: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM17 14v6M14 17h6",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10 11v5M14 11v5",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M9 9h.01",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  external: "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
  left: "M15 5l-7 7 7 7",
  right: "M9 5l7 7-7 7",
  down: "M6 9l6 6 6-6",
  up: "M6 15l6-6 6 6",
  eye: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7-10-7-10-7zM12 15a3 3 0 1 0-3-3 3 3 0 0 0 3 3z",
  members: "M9 11a3.5 3.5 0 1 0-3.5-3.5A3.5 3.5 0 0 0 9 11zM2.5 20a6.5 6.5 0 0 1 13 0M16 4.3a3.5 3.5 0 0 1 0 6.4M18 14a6.5 6.5 0 0 1 3.5 6",
  slash: "M4 4h16v16H4zM14 8l-4 8",
  check: "M5 12l5 5L19 7",
  copy: "M8 8h12v12H8zM16 8V4H4v12h4",
  warn: "M12 4 2.5 20h19zM12 10v4M12 17h.01",
  play: "M8 5v14l11-7z",
  palette: "M12 3a9 9 0 1 0 0 18c1.5 0 2-1 1.5-2.2-.6-1.5.4-2.8 2-2.8H18a3 3 0 0 0 3-3.5C20.5 7 16.8 3 12 3zM7.5 11h.01M10 7.5h.01M14.5 7.5h.01M17 11h.01",
};

/** An icon that says nothing to a screen reader: its button has the label. */
export function icon(name, size = 20) {
  return svg(
    "svg",
    { class: "icon", viewBox: "0 0 24 24", width: size, height: size, "aria-hidden": "true", focusable: "false" },
    svg("path", {
      d: PATHS[name], fill: "none", stroke: "currentColor",
      "stroke-width": name === "more" ? 3 : 2, "stroke-linecap": "round", "stroke-linejoin": "round",
    }),
  );
}
