/** The clock of the selected world. */

import { control, pathOf } from "./api.js";
import { storeWorld } from "./events.js";
import { html } from "./vendor/lit-html/lit-html.js";
import { attempt } from "./components.js";
import { change, chosenWorld, state } from "./state.js";
import { shortDayOf, timeOf } from "./labels.js";

const STEPS = { "1 min": 60, "1 hour": 3600, "1 day": 86400 };

setInterval(() => {
  if (!document.hidden && chosenWorld()?.clock.frozen === false) change({});
}, 1000);

/** The current time of the clock, from its last known value. */
function nowOf({ clock, received }) {
  const passed = clock.frozen ? 0 : performance.now() - received;
  return new Date(Date.parse(clock.now) + passed);
}

async function send(method, path, body) {
  await attempt(async () => {
    await control(method, `${pathOf(state.world)}/clock${path}`, body);
    storeWorld(await control("GET", pathOf(state.world)));
  });
}

function set(event) {
  event.preventDefault();
  const { value } = event.target.elements.time;
  if (value) send("PUT", "", { now: new Date(`${value}Z`).toISOString() });
}

function stateOf({ frozen, real }) {
  if (frozen) return "frozen";
  return real ? "real time" : "running, adjusted";
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
        <button class="quiet" ?disabled=${real} @click=${() => send("DELETE", "")}>Use real time</button>
        <button class="quiet" aria-pressed=${frozen} @click=${() => send("PUT", "", { frozen: !frozen })}>
          ${frozen ? "Resume" : "Freeze"}
        </button>
      </header>
      <p class="dial ${frozen ? "frozen" : ""}">
        <time datetime=${now.toISOString()}>${timeOf(now)}</time>
        <span>${shortDayOf(now)}, UTC<br />${stateOf(world.clock)}</span>
      </p>
      <div class="row steps" role="group" aria-label="Advance">
        ${Object.entries(STEPS).map(
          ([name, seconds]) => html`<button @click=${() => send("POST", "/advance", { seconds })}>+ ${name}</button>`,
        )}
      </div>
      <form class="row" @submit=${set}>
        <input type="datetime-local" name="time" step="1" aria-label="Time to set, in UTC" />
        <button>Set</button>
      </form>
    </section>`;
}
