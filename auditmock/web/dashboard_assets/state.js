/** What the page knows, in one place; every change of it draws the page anew. */

export const SHARED = "0".repeat(22);

export const state = {
  view: "requests",
  line: "waiting", // how news arrive: waiting, live, asking, closed or lost
  health: null,
  scenarios: [],
  worlds: [],
  world: SHARED, // the name of the chosen one
  requests: [], // newest first
  own: new Set(), // the numbers of the requests that this page sent
  chosen: null, // the number of the request that is explained
  explanation: null,
  requestLog: { everywhere: true, contains: "", own: true },
  q: "",
  search: null, // how the server understands q
  list: { page: 1, logs: [], count: 0, refusal: null, busy: false, stale: false, asked: false },
  histogram: null,
  unfolded: new Set(), // the ids of logs whose diff is shown
  drafts: {}, // by kind, the fields of faults that are off
  opened: new Set(), // the kinds of faults whose fields are shown
  notice: null, // {text, bad}
};

let draw = () => {};
let due = false;

/** Say what draws the page. */
export function drawBy(drawing) {
  draw = drawing;
  change({});
}

/** Take news in, and draw once for all of them. */
export function change(news) {
  Object.assign(state, news);
  if (due) return;
  due = true;
  queueMicrotask(() => {
    due = false;
    draw();
  });
}

/** The chosen world, if it is known. */
export function chosenWorld() {
  return state.worlds.find(({ name }) => name === state.world) ?? null;
}

let fading;

/** Say something in passing. */
export function say(text, bad = false) {
  clearTimeout(fading);
  change({ notice: { text, bad } });
  fading = setTimeout(() => change({ notice: null }), bad ? 8000 : 2500);
}
