import { expect, test } from "./fixtures.js";

for (const posted of [1, 2, 3, 4, 5, 6, 7, 8]) {
  test(`a world with ${posted} logs more has exactly those`, async ({ open, page, world }) => {
    for (let each = 0; each < posted; each += 1) {
      await world.post({ action: "create", resource_type: "template" });
    }

    await open();

    await expect(page.getByRole("status")).toHaveText(`${10000 + posted} logs`);
  });
}

test("a search narrows the list", async ({ open, page }) => {
  await open();

  await page.getByLabel("Search").fill("resource_type:user action:delete");
  await page.getByRole("button", { name: "Search" }).click();

  await expect(page.getByRole("listitem").first()).toContainText("deleted user");
});

test("a mistake is shown in the words of the API", async ({ open, page }) => {
  await open();

  await page.getByLabel("Search").fill("resource_id:x");
  await page.getByRole("button", { name: "Search" }).click();

  await expect(page.getByRole("alert")).toContainText("must be a valid uuid");
});

test("a member sees that the list is forbidden", async ({ open, page, world }) => {
  await open(`Member0000-${world.name}`);

  await expect(page.getByRole("alert")).toContainText("Forbidden");
});

test("an empty list says so", async ({ open, page, world }) => {
  await world.put("", { scenario: "empty" });

  await open();

  await expect(page.getByRole("status")).toHaveText("No audit logs available");
});

test("hostile names stay text", async ({ open, page, world }) => {
  await world.put("", { scenario: "hostile" });

  await open();

  await expect(page.getByRole("list")).toContainText("<script>");
  await expect(page.locator("li *")).toHaveCount(0);
});

test("a server that fails once is asked again", async ({ open, page, world }) => {
  await world.put("/faults", [{ kind: "status", status: 500, times: 1 }]);
  await open();
  await expect(page.getByRole("alert")).not.toBeEmpty();

  await page.getByRole("button", { name: "Search" }).click();

  await expect(page.getByRole("status")).toHaveText("10000 logs");
});

test("a click on Search asks once", async ({ open, page, world }) => {
  await open();
  await expect(page.getByRole("status")).toHaveText("10000 logs");

  await page.getByLabel("Search").fill("action:delete");
  await page.getByRole("button", { name: "Search" }).click();

  await expect.poll(() => world.asked("action:delete")).toBe(1);
});
