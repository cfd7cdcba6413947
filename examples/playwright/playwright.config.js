import { defineConfig } from "@playwright/test";

const url = process.env.AUDITMOCK_URL;

export default defineConfig({
  testDir: ".",
  fullyParallel: true,
  workers: 4,
  reporter: "list",
  use: {
    browserName: "chromium",
    launchOptions: { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] },
  },
  // A server that runs already is used as it is; else one is started.
  webServer: url ? undefined : {
    command: "auditmock serve",
    url: "http://127.0.0.1:8910/_mock/health",
    reuseExistingServer: true,
  },
});
