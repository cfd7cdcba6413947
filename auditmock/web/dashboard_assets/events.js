/** Keeps the state up to date: by the event stream, or by polling if the stream fails. */

import { ApiError, control, openEvents, queryOf } from "./api.js";
import { attempt } from "./components.js";
import { change, state } from "./state.js";

const POLL_INTERVAL = 2000;
const WORLDS_DELAY = 200;
const MAX_REQUESTS = 500;
const CLOSED = [401, 403];

/** Parse server-sent events. */
async function* eventsIn(reader) {
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value.replaceAll("\r", "");
    const blocks = text.split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const lines = block.split("\n").map((line) => line.split(/: ?(.*)/s));
      const valuesOf = (field) => lines.filter(([name]) => name === field).map(([, rest]) => rest);
      if (valuesOf("data").length) yield [valuesOf("event")[0] ?? "message", JSON.parse(valuesOf("data").join("\n"))];
    }
  }
}

function withTime(world) {
  return { ...world, received: performance.now() };
}

let worldsDue;

/** Reload the worlds soon, once for all events until then. */
function scheduleWorlds() {
  clearTimeout(worldsDue);
  worldsDue = setTimeout(() => attempt(loadWorlds), WORLDS_DELAY);
}

/** Store a request; reload the worlds if it may have opened or changed one. */
function storeRequest(request) {
  storeRequests([request]);
  const opened = request.world && !state.worlds.some(({ name }) => name === request.world);
  if (opened || request.method !== "GET" || request.fault) scheduleWorlds();
}

const HANDLERS = {
  request: storeRequest,
  world: storeWorld,
  forgotten: scheduleWorlds,
  reset: () => attempt(refresh),
};

/** Prepend new requests. */
function storeRequests(received) {
  const known = new Set(state.requests.map(({ id }) => id));
  const fresh = received.filter(({ id }) => !known.has(id));
  if (fresh.length) change({ requests: [...fresh, ...state.requests].slice(0, MAX_REQUESTS) });
}

/** Store a world; its list of logs is stale if the number of logs or the scenario has changed. */
export function storeWorld(received) {
  const world = withTime(received);
  const before = state.worlds.find(({ name }) => name === world.name);
  const worlds = before
    ? state.worlds.map((each) => (each === before ? world : each))
    : [...state.worlds, world];
  const changed = before && (before.logs !== world.logs || before.scenario !== world.scenario);
  if (changed && world.name === state.world) state.list = { ...state.list, stale: state.list.requested };
  change({ worlds });
}

async function loadWorlds() {
  const worlds = await control("GET", "/worlds");
  const chosen = worlds.some(({ name }) => name === state.world) ? state.world : worlds[0].name;
  change({ worlds: state.worlds.filter(({ name }) => worlds.some((world) => world.name === name)), world: chosen });
  for (const world of worlds) storeWorld(world);
}

/** Load everything. */
async function refresh() {
  const [health, scenarios, requestLog] = await Promise.all([
    control("GET", "/health"),
    control("GET", "/scenarios"),
    control("GET", `/requests?${queryOf({ limit: MAX_REQUESTS })}`),
    loadWorlds(),
  ]);
  change({ health, scenarios, requests: requestLog.requests });
}

async function follow() {
  const reader = await openEvents();
  await refresh();
  change({ connection: "live" });
  for await (const [event, data] of eventsIn(reader)) HANDLERS[event]?.(data);
}

async function poll() {
  await loadWorlds();
  const since = state.requests[0]?.id ?? 0;
  const log = await control("GET", `/requests?${queryOf({ since, limit: MAX_REQUESTS })}`);
  storeRequests(log.requests);
  change({ connection: "polling" });
}

/** Keep the page up to date until the server denies access. */
export async function keepUpToDate() {
  for (;;) {
    try {
      await follow().catch(async (error) => {
        if (CLOSED.includes(error.status)) throw error;
        if (!state.health) await refresh();
        await poll();
      });
    } catch (error) {
      const closed = error instanceof ApiError && CLOSED.includes(error.status);
      change({ connection: closed ? "closed" : "offline" });
      if (closed) return;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL));
  }
}
