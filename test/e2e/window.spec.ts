/**
 * The page as the desktop's window has it: `pipewaveHost` in front of it and a real MessagePort to the backend, played here by
 * an init script that passes the port's bytes on to the server. What Electron itself does is in test/electron and
 * desktop.spec.ts.
 */
import path from "node:path";

import type { Page } from "playwright/test";

import type { HostMessages } from "#common/wire/window.ts";
import { expect, openPage, settle, test } from "./served.ts";

/** What the init script leaves for the test. */
interface Surroundings {
  tell: (name: string, payload: unknown) => void;
  dropPort: () => void;
  ports: number;
  isReady: boolean;
  /** What the menus may offer. */
  offered: readonly string[];
}

test.beforeEach(async ({ page }) => {
  await page.addInitScript(() => {
    const surroundings: Surroundings = {
      tell: () => undefined,
      dropPort: () => undefined,
      ports: 0,
      isReady: false,
      offered: [],
    };
    const bridge = {
      requestPort() {
        surroundings.ports++;
        const { port1, port2 } = new MessageChannel();
        const socket = new WebSocket(`ws://${location.host}/socket`);
        socket.binaryType = "arraybuffer";
        const opened = new Promise<void>((resolve) => socket.addEventListener("open", () => resolve()));
        port1.addEventListener("message", ({ data }) => void opened.then(() => socket.send(data as ArrayBuffer)));
        socket.addEventListener("message", ({ data }) => port1.postMessage(data));
        surroundings.dropPort = () => {
          port1.close();
          socket.close();
        };
        port1.start();
        window.postMessage("pipewave:port", "*", [port2]);
      },
      pathOf: () => "",
      ready: () => (surroundings.isReady = true),
      offer: (actions: readonly string[]) => (surroundings.offered = actions),
      listen: (listener: Surroundings["tell"]) => (surroundings.tell = listener),
    };
    Object.assign(window, { pipewaveHost: bridge, surroundings });
  });
});

const tell = <Name extends keyof HostMessages>(page: Page, name: Name, payload: HostMessages[Name]) =>
  page.evaluate(
    ([message, what]) => (window as unknown as { surroundings: Surroundings }).surroundings.tell(message, what),
    [name, payload] as const,
  );
const look = (page: Page) =>
  page.evaluate(() => {
    const { ports, isReady } = (window as unknown as { surroundings: Surroundings }).surroundings;
    return { ports, isReady };
  });

test("files that are opened outside the page are imported by their paths; a single one is shown", async ({
  page,
  own,
}) => {
  await openPage(page, own);
  expect(await look(page)).toEqual({ ports: 1, isReady: true });
  await tell(page, "openFiles", [path.join(own.folder, "figure.json")]);
  await expect(page).toHaveTitle(/^figure/);
  await tell(page, "openFiles", [path.join(own.folder, "nothing.json")]);
  await expect(page.getByText(/no such file/)).toBeVisible();
});

const offered = (page: Page) =>
  page.evaluate(() => (window as unknown as { surroundings: Surroundings }).surroundings.offered);

test("menus act on the page, and nothing under an open dialog", async ({ page, own }) => {
  await openPage(page, own);
  await tell(page, "command", "capture");
  await expect(page).toHaveTitle(/^Capture/);
  await tell(page, "command", "simulate");
  await expect(page).toHaveTitle(/^Simulate/);
  await tell(page, "command", "library");
  await expect(page).toHaveTitle("Pipewave");
  await tell(page, "command", "settings");
  await expect(page.getByRole("dialog", { name: "Settings" })).toBeVisible();
  await tell(page, "command", "capture");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page).toHaveTitle("Pipewave");
  await tell(page, "command", "help");
  await expect(page.getByRole("dialog", { name: "Keys and gestures" })).toBeVisible();
});

test("menus are told what can be done in each view", async ({ page, own }) => {
  await openPage(page, own);
  await expect
    .poll(() => offered(page))
    .toEqual(["palette", "help", "settings", "theme", "import-files", "capture", "simulate"]);
  await page.getByRole("button", { name: "figure", exact: true }).click();
  await settle(page);
  await expect.poll(() => offered(page)).toContain("sql");
  expect(await offered(page)).not.toContain("zoom-back");
  await page.keyboard.press("w");
  await expect.poll(() => offered(page)).toContain("zoom-back");
});

test("a port that dies is replaced: what is on screen stays, a notice says why, and reading goes on", async ({
  page,
  own,
}) => {
  await openPage(page, own, { run: own.runs["figure.json"] ?? "" });
  await expect(page).toHaveTitle(/^figure/);
  // Chromium's ports do not say that their other end is gone: the desktop does.
  await page.evaluate(() => (window as unknown as { surroundings: Surroundings }).surroundings.dropPort());
  await tell(page, "backendGone", {});
  await expect.poll(async () => (await look(page)).ports).toBe(2);
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(page).toHaveTitle(/^figure/);
  await tell(page, "notice", { text: "The backend crashed and was started again.", detail: "Nothing was lost." });
  await expect(page.getByText("The backend crashed and was started again.")).toBeVisible();
  await openPage(page, own);
  await page.getByRole("button", { name: "figure", exact: true }).click();
  await expect(page).toHaveTitle(/^figure/);
  await settle(page);
});
