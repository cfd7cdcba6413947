/** News of the server: a stream of events, or else asking again and again. */

import { Refusal, control, openEvents, queryOf } from "./api.js";
import { attempt } from "./components.js";
import { change, state } from "./state.js";

const PAUSE = 2000;
const SOON = 200;
const MOST = 500;
const CLOSED = [401, 403];

/** Cut a stream of text into events. */
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
      const said = (field) => lines.filter(([name]) => name === field).map(([, rest]) => rest);
      if (said("data").length) yield [said("event")[0] ?? "message", JSON.parse(said("data").join("\n"))];
    }
  }
}

function withTime(world) {
  return { ...world, received: performance.now() };
}

let worldsDue;

/** Ask for the worlds soon, once for all that happens meanwhile. */
function askForWorlds() {
  clearTimeout(worldsDue);
  worldsDue = setTimeout(() => attempt(takeWorlds), SOON);
}

/** Take in a request; one that may have changed a world, or opened it, lets the worlds be asked for. */
function heedRequest(request) {
  takeRequests([request]);
  const opened = request.world && !state.worlds.some(({ name }) => name === request.world);
  if (opened || request.method !== "GET" || request.fault) askForWorlds();
}

const HEED = {
  request: heedRequest,
  world: takeWorld,
  forgotten: askForWorlds,
  reset: () => attempt(refresh),
};

/** Put requests before those known already. */
function takeRequests(news) {
  const known = new Set(state.requests.map(({ id }) => id));
  const fresh = news.filter(({ id }) => !known.has(id));
  if (fresh.length) change({ requests: [...fresh, ...state.requests].slice(0, MOST) });
}

/** Take in how a world is now; a list of it is stale when its logs are others. */
export function takeWorld(news) {
  const world = withTime(news);
  const before = state.worlds.find(({ name }) => name === world.name);
  const worlds = before
    ? state.worlds.map((each) => (each === before ? world : each))
    : [...state.worlds, world];
  const changed = before && (before.logs !== world.logs || before.scenario !== world.scenario);
  if (changed && world.name === state.world) state.list = { ...state.list, stale: state.list.asked };
  change({ worlds });
}

async function takeWorlds() {
  const worlds = await control("GET", "/worlds");
  const chosen = worlds.some(({ name }) => name === state.world) ? state.world : worlds[0].name;
  change({ worlds: state.worlds.filter(({ name }) => worlds.some((world) => world.name === name)), world: chosen });
  for (const world of worlds) takeWorld(world);
}

/** Ask for everything. */
async function refresh() {
  const [health, scenarios, requestLog] = await Promise.all([
    control("GET", "/health"),
    control("GET", "/scenarios"),
    control("GET", `/requests?${queryOf({ limit: MOST })}`),
    takeWorlds(),
  ]);
  change({ health, scenarios, requests: requestLog.requests });
}

async function follow() {
  const reader = await openEvents();
  await refresh();
  change({ line: "live" });
  for await (const [event, data] of eventsIn(reader)) HEED[event]?.(data);
}

async function askAgain() {
  await takeWorlds();
  const since = state.requests[0]?.id ?? 0;
  const news = await control("GET", `/requests?${queryOf({ since, limit: MOST })}`);
  takeRequests(news.requests);
  change({ line: "asking" });
}

/** Keep the page up to date as long as it is open, or until the server is closed to it. */
export async function keepUpToDate() {
  for (;;) {
    try {
      await follow().catch(async (error) => {
        if (CLOSED.includes(error.status)) throw error;
        if (!state.health) await refresh();
        await askAgain();
      });
    } catch (error) {
      const closed = error instanceof Refusal && CLOSED.includes(error.status);
      change({ line: closed ? "closed" : "lost" });
      if (closed) return;
    }
    await new Promise((wake) => setTimeout(wake, PAUSE));
  }
}
