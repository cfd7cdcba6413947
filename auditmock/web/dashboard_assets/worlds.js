/** The list of worlds, and the token and scenario of the selected one. */

import { control, pathOf } from "./api.js";
import { storeWorld } from "./events.js";
import { reload } from "./logs.js";
import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { live } from "./vendor/lit-html/directives/live.js";
import { repeat } from "./vendor/lit-html/directives/repeat.js";
import { attempt, copied, icon } from "./components.js";
import { SHARED, change, chosenWorld, notify, state } from "./state.js";
import { number, plural, worldName } from "./labels.js";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** A random secret of 22 letters and digits. */
function newSecret() {
  const drawn = crypto.getRandomValues(new Uint32Array(SHARED.length));
  return Array.from(drawn, (each) => LETTERS[each % LETTERS.length]).join("");
}

function select(name) {
  change({ world: name, chosen: null, explanation: null });
  reload();
}

async function open() {
  const world = await attempt(() => control("PUT", pathOf(newSecret()), {}));
  if (!world) return;
  storeWorld(world);
  select(world.name);
}

async function reset() {
  const { world } = state;
  await attempt(async () => {
    await control("DELETE", pathOf(world));
    storeWorld(await control("PUT", pathOf(world), {}));
    change({ world }); // another world may have been selected meanwhile
    notify("World reset.");
  });
  reload();
}

async function putScenario(scenario) {
  const world = await attempt(() => control("PUT", pathOf(state.world), { scenario }));
  if (world) storeWorld(world);
  else change({});
  reload();
}

const row = ({ name, scenario, logs, posted, faults }) => html`
  <label class="choice">
    <input type="radio" name="world" value=${name} .checked=${live(name === state.world)} @change=${() => select(name)} />
    <span class="name" title=${name}>${worldName(name)}</span>
    <span class="about">
      <span>${scenario}</span><span>${plural(logs, "log")}</span>
      ${posted ? html`<span class="tag">${number(posted)} posted</span>` : nothing}
      ${faults.length ? html`<span class="tag bad">${plural(faults.length, "fault")}</span>` : nothing}
    </span>
  </label>`;

/** The card with the worlds. */
export function worlds() {
  const chosen = chosenWorld();
  return html`
    <section class="card" aria-labelledby="worlds-title">
      <header>
        <h2 id="worlds-title">World</h2>
        <button class="quiet" @click=${reset}>${icon("again")} Reset</button>
        <button class="quiet" @click=${open}>${icon("plus")} New</button>
      </header>
      <div class="choices" role="radiogroup" aria-labelledby="worlds-title">
        ${repeat(state.worlds, ({ name }) => name, row)}
      </div>
      ${chosen
        ? html`<p class="label">Token</p>${copied(chosen.token, "the token")}
            <label class="field">
              <span>Scenario</span>
              <select aria-label="Scenario" .value=${live(chosen.scenario)} @change=${(event) => putScenario(event.target.value)}>
                ${state.scenarios.map(({ name }) => html`<option value=${name} ?selected=${name === chosen.scenario}>${name}</option>`)}
              </select>
            </label>
            ${about(chosen.scenario)}`
        : nothing}
    </section>`;
}

function about(name) {
  const scenario = state.scenarios.find((each) => each.name === name);
  if (!scenario) return nothing;
  return html`
    <p class="hint">${scenario.summary}</p>
    ${scenario.token
      ? html`<details><summary>Token of the scenario</summary><p class="hint">Opens the shared world of this scenario.</p>
          ${copied(scenario.token, "the token of the scenario")}</details>`
      : nothing}`;
}

/** Reset the server, after confirmation. */
async function resetAll() {
  document.getElementById("reset-all").close();
  await attempt(async () => {
    await control("POST", "/reset");
    notify("Everything was reset.");
  });
  change({ requests: [], own: new Set(), chosen: null, explanation: null, world: SHARED });
  reload();
}

/** The button that resets the server, with its confirmation dialog. */
export const resetEverything = () => html`
  <button class="wide" @click=${() => document.getElementById("reset-all").showModal()}>Reset everything…</button>
  <dialog id="reset-all" aria-labelledby="reset-title">
    <h2 id="reset-title">Reset everything?</h2>
    <p>Resets all worlds, faults and clocks and clears the request log, for all users of this server.</p>
    <div class="row">
      <button autofocus @click=${() => document.getElementById("reset-all").close()}>Cancel</button>
      <button class="danger" @click=${resetAll}>Reset</button>
    </div>
  </dialog>`;
