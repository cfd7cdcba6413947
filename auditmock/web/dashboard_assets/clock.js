/** The clock of the chosen world. */

import { control, pathOf } from "./api.js";
import { takeWorld } from "./events.js";
import { html } from "./vendor/lit-html/lit-html.js";
import { attempt } from "./components.js";
import { change, chosenWorld, state } from "./state.js";
import { shortDayOf, timeOf } from "./labels.js";

const STEPS = { "1 min": 60, "1 hour": 3600, "1 day": 86400 };

setInterval(() => {
  if (!document.hidden && chosenWorld()?.clock.frozen === false) change({});
}, 1000);

/** What the clock shows now, told from when it was read. */
function nowOf({ clock, received }) {
  const passed = clock.frozen ? 0 : performance.now() - received;
  return new Date(Date.parse(clock.now) + passed);
}

async function turn(method, path, body) {
  await attempt(async () => {
    await control(method, `${pathOf(state.world)}/clock${path}`, body);
    takeWorld(await control("GET", pathOf(state.world)));
  });
}

function set(event) {
  event.preventDefault();
  const { value } = event.target.elements.instant;
  if (value) turn("PUT", "", { now: new Date(`${value}Z`).toISOString() });
}

function stateOf({ frozen, real }) {
  if (frozen) return "stands still";
  return real ? "the real time" : "set, and running";
}

/** The card of the clock. */
export function clock() {
  const world = chosenWorld();
  if (!world) return html``;
  const now = nowOf(world);
  const { frozen, real } = world.clock;
  return html`
    <section class="card" aria-labelledby="clock-title">
      <header>
        <h2 id="clock-title">Clock</h2>
        <button class="quiet" ?disabled=${real} @click=${() => turn("DELETE", "")}>Release</button>
        <button class="quiet" aria-pressed=${frozen} @click=${() => turn("PUT", "", { frozen: !frozen })}>
          ${frozen ? "Run" : "Freeze"}
        </button>
      </header>
      <p class="dial ${frozen ? "frozen" : ""}">
        <time datetime=${now.toISOString()}>${timeOf(now)}</time>
        <span>${shortDayOf(now)}, UTC<br />${stateOf(world.clock)}</span>
      </p>
      <div class="row steps" role="group" aria-label="Advance">
        ${Object.entries(STEPS).map(
          ([name, seconds]) => html`<button @click=${() => turn("POST", "/advance", { seconds })}>+ ${name}</button>`,
        )}
      </div>
      <form class="row" @submit=${set}>
        <input type="datetime-local" name="instant" step="1" aria-label="Instant to set, in UTC" />
        <button>Set</button>
      </form>
    </section>`;
}
