/** The state of the page; every change renders the page. */

export const SHARED = "0".repeat(22);

export const state = {
  view: "requests",
  connection: "connecting", // connecting, live, polling, closed or offline
  health: null,
  scenarios: [],
  worlds: [],
  world: SHARED, // the name of the selected world
  requests: [], // newest first
  own: new Set(), // the numbers of requests sent by this page
  chosen: null, // the number of the selected request
  explanation: null,
  requestLog: { everywhere: true, contains: "", own: true },
  q: "",
  search: null, // the server's explanation of q
  list: { page: 1, logs: [], count: 0, error: null, busy: false, stale: false, requested: false },
  histogram: null,
  expanded: new Set(), // ids of logs with a visible diff
  drafts: {}, // fields of inactive faults, by kind
  opened: new Set(), // kinds of faults with visible fields
  notice: null, // {text, bad}
};

let draw = () => {};
let scheduled = false;

/** Set the function that renders the page. */
export function onChange(rendering) {
  draw = rendering;
  change({});
}

/** Update the state; the page is rendered once for all updates of a task. */
export function change(update) {
  Object.assign(state, update);
  if (scheduled) return;
  scheduled = true;
  queueMicrotask(() => {
    scheduled = false;
    draw();
  });
}

/** The selected world, or null. */
export function chosenWorld() {
  return state.worlds.find(({ name }) => name === state.world) ?? null;
}

let fading;

/** Show a notice for a few seconds. */
export function notify(text, bad = false) {
  clearTimeout(fading);
  change({ notice: { text, bad } });
  fading = setTimeout(() => change({ notice: null }), bad ? 8000 : 2500);
}
