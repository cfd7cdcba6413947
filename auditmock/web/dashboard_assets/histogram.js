/** A stacked bar chart of logs over time, by action; dragging selects a time range. */

import uPlot from "./vendor/uplot.js";
import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { number, plural } from "./labels.js";

const HEIGHT = 140;
const MIN_WIDTH = 4; // narrower selections are clicks
const UTC = "Etc/UTC";
const ORDER = ["create", "write", "delete", "start", "stop", "login", "logout", "register"];

const host = document.createElement("div");
host.className = "chart";
host.tabIndex = 0;
host.setAttribute("role", "application");
host.setAttribute("aria-roledescription", "histogram");
host.setAttribute("aria-describedby", "chart-help");
const caption = document.createElement("p");
caption.className = "caption";
caption.setAttribute("aria-live", "polite");

let plot = null;
let drawn = null; // the histogram in the chart
let handlers = null; // {brush, pick, q}
let bin = -1; // the bin selected by keyboard
let anchor = null; // the first bin of a keyboard selection

const DAY = 86400;
const MONTH = 28 * DAY;
const YEAR = 365 * DAY;

const inUtc = (format) => {
  const written = new Intl.DateTimeFormat("en-GB", { ...format, timeZone: "UTC" });
  return (seconds) => written.format(seconds * 1000);
};
const asYear = inUtc({ year: "numeric" });
/** Axis labels: [step below these seconds, first line, second line]. */
const SCALES = [
  [DAY, inUtc({ hour: "2-digit", minute: "2-digit" }), inUtc({ day: "numeric", month: "short", year: "numeric" })],
  [MONTH, inUtc({ day: "numeric", month: "short" }), asYear],
  [YEAR, inUtc({ month: "short" }), asYear],
  [Infinity, asYear, () => ""],
];

function timesOf(_plot, splits, _axis, _space, step) {
  const [, above, below] = SCALES.find(([limit]) => step < limit);
  return splits.map((split, index) => {
    const under = below(split);
    return index && under === below(splits[index - 1]) ? above(split) : `${above(split)}\n${under}`;
  });
}

const dayText = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);
const startsOf = ({ starts }) => starts.map((start) => Date.parse(start) / 1000);

/** The actions of a histogram, well-known ones first. */
function actionsOf({ actions }) {
  const place = (action) => (ORDER.includes(action) ? ORDER.indexOf(action) : ORDER.length);
  return Object.keys(actions).sort((one, other) => place(one) - place(other) || one.localeCompare(other));
}

const classOf = (action) => `swatch action-${ORDER.includes(action) ? action : "other"}`;

/** The colour of a CSS class. */
function colourOf(name, property = "backgroundColor") {
  const probe = document.createElement("i");
  probe.className = name;
  host.append(probe);
  const colour = getComputedStyle(probe)[property];
  probe.remove();
  return colour;
}

/** Cumulative counts for stacked bars, the total first. */
function stack(histogram, actions) {
  const sums = [];
  let below = histogram.starts.slice(1).map(() => 0);
  for (const action of actions) {
    below = below.map((sum, index) => sum + histogram.actions[action][index]);
    sums.unshift(below);
  }
  return sums;
}

function options(histogram, actions) {
  const starts = startsOf(histogram);
  const bars = uPlot.paths.bars({ size: [0.86, Infinity], align: 1 });
  const axis = { stroke: colourOf("axis", "color"), grid: { stroke: colourOf("grid"), width: 1 }, ticks: { show: false }, font: "11px system-ui" };
  return {
    width: Math.max(host.clientWidth, 200),
    height: HEIGHT,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), UTC),
    scales: { x: { range: [starts[0], starts.at(-1)] } },
    axes: [{ ...axis, grid: { show: false }, size: 36, values: timesOf }, { ...axis, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000] }],
    series: [{}, ...[...actions].reverse().map((action) => {
      const colour = colourOf(classOf(action));
      return { label: action, fill: colour, stroke: colour, width: 0, paths: bars, points: { show: false } };
    })],
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false, dist: MIN_WIDTH } },
    hooks: { setSelect: [brushed], setCursor: [pointed] },
  };
}

function draw(histogram) {
  plot?.destroy();
  plot = null;
  drawn = histogram;
  bin = -1;
  anchor = null;
  host.hidden = !histogram?.starts.length;
  caption.textContent = "";
  if (host.hidden) return;
  const actions = actionsOf(histogram);
  const starts = startsOf(histogram);
  plot = new uPlot(options(histogram, actions), [starts.slice(0, -1), ...stack(histogram, actions)], host);
  const all = Object.values(histogram.actions).flat().reduce((sum, count) => sum + count, 0);
  host.setAttribute("aria-label", `${plural(all, "log")} from ${dayText(starts[0])} to ${dayText(starts.at(-1))}`);
}

/** The bin at a distance from the left edge, in pixels. */
function binAt(left) {
  const starts = startsOf(drawn);
  const time = plot.posToVal(left, "x");
  const after = starts.findIndex((start) => start > time);
  return Math.min(Math.max((after < 0 ? starts.length : after) - 1, 0), starts.length - 2);
}

function pointed(self) {
  if (self !== plot || self.cursor.left === undefined) return;
  if (self.cursor.left < 0) caption.textContent = "";
  else describe(binAt(self.cursor.left));
}

function describe(index) {
  const starts = startsOf(drawn);
  const counts = actionsOf(drawn).map((action) => [action, drawn.actions[action][index]]).filter(([, count]) => count);
  const text = counts.map(([action, count]) => `${action} ${number(count)}`).join(", ") || "no logs";
  caption.textContent = `${dayText(starts[index])} to ${dayText(starts[index + 1])}: ${text}`;
}

function brushed(self) {
  const { left, width } = self.select;
  if (width >= MIN_WIDTH) apply(self.posToVal(left, "x"), self.posToVal(left + width, "x"));
}

function apply(from, to) {
  const { brush } = handlers;
  clear();
  brush(dayText(from), dayText(to));
}

function clear() {
  anchor = null;
  plot?.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
}

/** Move by keyboard; Shift selects a range. */
function move(step, selecting) {
  const last = drawn.starts.length - 2;
  if (selecting) anchor ??= Math.max(bin, 0);
  else clear();
  bin = Math.min(Math.max(bin + step, 0), last);
  const starts = startsOf(drawn);
  const place = (index) => plot.valToPos(starts[index], "x");
  plot.setCursor({ left: (place(bin) + place(bin + 1)) / 2, top: 0 });
  describe(bin);
  if (anchor === null) return;
  const [low, high] = [Math.min(anchor, bin), Math.max(anchor, bin) + 1];
  plot.setSelect({ left: place(low), top: 0, width: place(high) - place(low), height: plot.over.clientHeight }, false);
}

const KEYS = {
  ArrowLeft: (event) => move(-1, event.shiftKey),
  ArrowRight: (event) => move(1, event.shiftKey),
  Home: (event) => move(-Infinity, event.shiftKey),
  End: (event) => move(Infinity, event.shiftKey),
  Enter: () => {
    const starts = startsOf(drawn);
    if (bin >= 0) apply(starts[Math.min(anchor ?? bin, bin)], starts[Math.max(anchor ?? bin, bin) + 1]);
  },
  Escape: clear,
};

host.addEventListener("keydown", (event) => {
  if (!plot || !(event.key in KEYS)) return;
  event.preventDefault();
  KEYS[event.key](event);
});
new ResizeObserver(() => plot?.setSize({ width: Math.max(host.clientWidth, 200), height: HEIGHT })).observe(host);
document.addEventListener("themechange", () => draw(drawn));

const legend = (histogram, { pick, q }) => html`
  <div class="legend" role="group" aria-label="Actions">
    ${actionsOf(histogram).map((action) => {
      const chosen = q.split(/\s+/).includes(`action:${action}`);
      return html`<button aria-pressed=${chosen} @click=${() => pick(action)}><i class=${classOf(action)}></i>${action}</button>`;
    })}
  </div>`;

/** The chart with its legend; `callbacks` is `{brush(from, to), pick(action), q}`. */
export function histogram(counted, callbacks) {
  handlers = callbacks;
  if (counted !== drawn) queueMicrotask(() => counted !== drawn && draw(counted));
  const dated = /(^|\s)date_(from|to):/.test(callbacks.q);
  return html`
    <div class="histogram">
      ${host}
      <p id="chart-help" class="visually-hidden">Arrow keys move, Shift selects a range, Enter searches it, Escape clears the selection.</p>
      <div class="below">
        ${counted?.starts.length ? legend(counted, callbacks) : nothing} ${caption}
        ${dated ? html`<button class="quiet" @click=${() => callbacks.brush("", "")}>All times</button>` : nothing}
      </div>
    </div>`;
}
