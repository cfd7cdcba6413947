/** Worlds: which there are, which one is looked at, its token and its scenario. */

import { control, pathOf } from "./api.js";
import { takeWorld } from "./events.js";
import { loadAnew } from "./logs.js";
import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { live } from "./vendor/lit-html/directives/live.js";
import { repeat } from "./vendor/lit-html/directives/repeat.js";
import { attempt, copied, picture } from "./components.js";
import { SHARED, change, chosenWorld, say, state } from "./state.js";
import { number, plural, worldName } from "./labels.js";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** A secret that nobody else has: 22 letters or digits. */
function newSecret() {
  const drawn = crypto.getRandomValues(new Uint32Array(SHARED.length));
  return Array.from(drawn, (each) => LETTERS[each % LETTERS.length]).join("");
}

function look(name) {
  change({ world: name, chosen: null, explanation: null });
  loadAnew();
}

async function open() {
  const world = await attempt(() => control("PUT", pathOf(newSecret()), {}));
  if (!world) return;
  takeWorld(world);
  look(world.name);
}

async function reset() {
  const { world } = state;
  await attempt(async () => {
    await control("DELETE", pathOf(world));
    takeWorld(await control("PUT", pathOf(world), {}));
    change({ world }); // while it was gone another one may have been chosen
    say("The world is as it was at the start.");
  });
  loadAnew();
}

async function putScenario(scenario) {
  const world = await attempt(() => control("PUT", pathOf(state.world), { scenario }));
  if (world) takeWorld(world);
  else change({});
  loadAnew();
}

const row = ({ name, scenario, logs, posted, faults }) => html`
  <label class="choice">
    <input type="radio" name="world" value=${name} .checked=${live(name === state.world)} @change=${() => look(name)} />
    <span class="name" title=${name}>${worldName(name)}</span>
    <span class="about">
      <span>${scenario}</span><span>${plural(logs, "log")}</span>
      ${posted ? html`<span class="tag">${number(posted)} posted</span>` : nothing}
      ${faults.length ? html`<span class="tag bad">${plural(faults.length, "fault")}</span>` : nothing}
    </span>
  </label>`;

/** The card that lists worlds. */
export function worlds() {
  const chosen = chosenWorld();
  return html`
    <section class="card" aria-labelledby="worlds-title">
      <header>
        <h2 id="worlds-title">World</h2>
        <button class="quiet" @click=${reset}>${picture("again")} Reset</button>
        <button class="quiet" @click=${open}>${picture("plus")} New</button>
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
      ? html`<details><summary>Its token</summary><p class="hint">With this token alone a page sees this scenario.</p>
          ${copied(scenario.token, "the token of the scenario")}</details>`
      : nothing}`;
}

/** Forget everything, once that is confirmed. */
async function resetAll() {
  document.getElementById("reset-all").close();
  await attempt(async () => {
    await control("POST", "/reset");
    say("All is as it was at the start.");
  });
  change({ requests: [], own: new Set(), chosen: null, explanation: null, world: SHARED });
  loadAnew();
}

/** The button that resets the server, and its question. */
export const resetEverything = () => html`
  <button class="wide" @click=${() => document.getElementById("reset-all").showModal()}>Reset everything…</button>
  <dialog id="reset-all" aria-labelledby="reset-title">
    <h2 id="reset-title">Reset everything?</h2>
    <p>All worlds, faults, clocks and the request log begin anew, for everybody who uses this server.</p>
    <div class="row">
      <button autofocus @click=${() => document.getElementById("reset-all").close()}>Keep</button>
      <button class="danger" @click=${resetAll}>Reset</button>
    </div>
  </dialog>`;
