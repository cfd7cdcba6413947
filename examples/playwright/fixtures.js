/** What each test gets: a world of its own, and the page that looks into it. */

import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { test as base } from "@playwright/test";

const API = process.env.AUDITMOCK_URL ?? "http://127.0.0.1:8910";

/** A world: its name is the second half of its token, and its first use opens it. */
class World {
  constructor(request) {
    this.request = request;
    this.name = randomBytes(11).toString("hex");
    this.token = `Owner00000-${this.name}`;
  }

  /** Write a log as an application would. */
  async post(log) {
    const headers = { "Coder-Session-Token": this.token };
    const answer = await this.request.post(`${API}/api/v2/audit/testgenerate`, { headers, data: log });
    if (answer.status() !== 204) throw new Error(await answer.text());
  }

  /** Steer the world by the control API. */
  async put(what, data) {
    const answer = await this.request.put(`${API}/_mock/worlds/${this.name}${what}`, { data });
    if (!answer.ok()) throw new Error(await answer.text());
  }

  /** Count the requests of this world that match. */
  async asked(contains) {
    const answer = await this.request.get(`${API}/_mock/requests`, { params: { world: this.name, contains } });
    return (await answer.json()).count;
  }
}

export const test = base.extend({
  world: async ({ request }, use) => use(new World(request)),

  /** Where the page is: a server of this worker's own, on a free port. */
  site: [
    async ({}, use) => {
      const page = await readFile(new URL("page.html", import.meta.url));
      const server = createServer((_, response) => response.setHeader("Content-Type", "text/html").end(page));
      await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
      await use(`http://127.0.0.1:${server.address().port}`);
      server.close();
    },
    { scope: "worker" },
  ],

  /** Open the page, for a person of the world: the owner unless another token is given. */
  open: async ({ page, site, world }, use) =>
    use(async (token = world.token) => {
      await page.goto(`${site}/#${new URLSearchParams({ api: API, token })}`);
    }),
});

export { expect } from "@playwright/test";
