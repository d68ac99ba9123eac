// Times as the client words them, and <t:UNIX:STYLE> that stay true while one reads.
import { h } from "./dom.js";

const clock = new Intl.DateTimeFormat("en-US", { hour: "numeric", minute: "2-digit" });
const seconds = new Intl.DateTimeFormat("en-US", { hour: "numeric", minute: "2-digit", second: "2-digit" });
const shortDate = new Intl.DateTimeFormat("en-US", { month: "numeric", day: "numeric", year: "numeric" });
const longDate = new Intl.DateTimeFormat("en-US", { month: "long", day: "numeric", year: "numeric" });
const weekday = new Intl.DateTimeFormat("en-US", { weekday: "long", month: "long", day: "numeric", year: "numeric" });
const words = new Intl.RelativeTimeFormat("en-US", { numeric: "auto" });

const STEPS = [["second", 60], ["minute", 60], ["hour", 24], ["day", 30], ["month", 12], ["year", Infinity]];

/** "in 12 seconds", "3 minutes ago" */
export function relative(date, now = Date.now()) {
  let amount = (date - now) / 1000;
  for (const [unit, many] of STEPS) {
    if (Math.abs(amount) < many - 0.5) return words.format(Math.round(amount), unit);
    amount /= many;
  }
  return "";
}

const sameDay = (one, other) => one.toDateString() === other.toDateString();

/** A message's head: "Today at 4:05 PM" reads as "4:05 PM", older ones carry the date. */
export function headTime(date) {
  return sameDay(date, new Date()) ? clock.format(date) : `${shortDate.format(date)} ${clock.format(date)}`;
}

export const shortTime = (date) => clock.format(date);
export const dayName = (date) => longDate.format(date);
export const fullTime = (date) => `${weekday.format(date)} ${clock.format(date)}`;
export { sameDay };

const STYLES = {
  t: (date) => clock.format(date),
  T: (date) => seconds.format(date),
  d: (date) => shortDate.format(date),
  D: (date) => longDate.format(date),
  f: (date) => `${longDate.format(date)} ${clock.format(date)}`,
  F: (date) => fullTime(date),
  R: (date) => relative(date),
};

/** A <time> for <t:UNIX:STYLE>; `tick` keeps the relative ones true. */
export function timestamp(unix, style = "f") {
  const date = new Date(unix * 1000);
  if (Number.isNaN(date.getTime())) return null;
  const show = STYLES[style] ?? STYLES.f;
  return h("time", { class: "timestamp", title: fullTime(date), "data-unix": unix, "data-style": style }, show(date));
}

function tick() {
  for (const node of document.querySelectorAll("time[data-style='R']")) {
    const text = relative(new Date(Number(node.dataset.unix) * 1000));
    if (node.textContent !== text) node.textContent = text;
  }
}

export const startClock = () => setInterval(tick, 1000);
