/**
 * The desktop's wiring, from the entry to a call answered by the backend, against a fake of Electron that refuses what
 * Electron refuses: security settings, the hand-over of the port, files on their way in, and what happens after crashes.
 */
import { writeFileSync } from "node:fs";
import path from "node:path";

import type { MenuItemConstructorOptions } from "electron";
import { expect, test, vi } from "vitest";

import { ACTION_IDS } from "#common/actions.ts";
import type { Job } from "#common/api.ts";
import type { HostNotice } from "#common/wire/window.ts";
import type { ConnectionState } from "../../renderer/host/host.ts";
import { writeTrace } from "../support/sample-trace.ts";
import { findMenuItem } from "./fake-electron.ts";
import { preventable } from "./fake-window.ts";
import { openPage, startDesktop } from "./start-desktop.ts";

const UNDER_WAY = { id: 1, kind: "import", title: "big.json", state: "running", share: 0.25 };

/** Longer than a page waits before it asks again. */
const until = (isSo: () => boolean) => vi.waitUntil(isSo, { timeout: 20_000 });

/** What a person who chooses the item does: nothing where it is grey. */
function menuItem(menu: readonly MenuItemConstructorOptions[], id: string): () => void {
  const item = findMenuItem(menu, id);
  if (item === undefined) throw new Error(`the menu has no ${id}`);
  return () => {
    if (item.enabled !== false) (item.click as () => void)();
  };
}

test("a page reaches the backend over a port that the sandboxed preload hands it", async () => {
  const desktop = await startDesktop();
  const host = openPage(desktop.window());
  const described = await host.client.describeHost({});
  expect(described).toEqual({ version: "9.8.7", libraryPath: desktop.libraryPath });
  expect(await host.client.listRuns({})).toEqual([]);
});

test("a file that the page names by its path is imported by the backend's own workers, and becomes a recent one", async () => {
  const desktop = await startDesktop();
  const trace = writeTrace(desktop.root, "drawn.json", ["00.11", "..00.11"]);
  const host = openPage(desktop.window());
  const ended = new Promise<Job>((resolve) => {
    host.on("jobChanged", (job) => {
      if (job.state !== "running") resolve(job);
    });
  });
  const file = Object.assign(new File([], "drawn.json"), { path: trace });
  const upload = await host.upload(file, { signal: new AbortController().signal, onProgress: () => undefined });
  await host.client.startImport({ upload });
  expect(await ended).toMatchObject({ state: "done", title: "drawn.json" });
  const [run] = await host.client.listRuns({});
  expect(run?.stages).toBe(2);
  expect(desktop.seen.recent).toEqual([trace]);
});

test("a file that lies on no disk is refused with what to do about it", async () => {
  const desktop = await startDesktop();
  const host = openPage(desktop.window());
  const upload = host.upload(new File(["{}"], "pasted.json"), {
    signal: new AbortController().signal,
    onProgress: vi.fn(),
  });
  await expect(upload).rejects.toMatchObject({ code: "refused", fields: { todo: "save it first, then open it" } });
});

test("the page has no Node, no other world, no other window, no other address and no permission", async () => {
  const desktop = await startDesktop();
  const { webContents: contents } = desktop.window();
  expect(desktop.seen.sandboxed).toBe(true);
  expect(contents.preferences).toMatchObject({
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    webviewTag: false,
    spellcheck: false,
  });
  expect(Object.keys(contents.page?.exposed ?? {})).toEqual(["pipewaveHost"]);
  expect(Object.keys(contents.page?.bridge ?? {}).sort()).toEqual([
    "listen",
    "offer",
    "pathOf",
    "ready",
    "requestPort",
  ]);
  expect(contents.openHandler?.()).toEqual({ action: "deny" });
  for (const name of ["will-navigate", "will-redirect", "will-frame-navigate", "will-attach-webview"]) {
    const event = preventable({ url: "https://example.com/" });
    contents.emit(name, event);
    expect(event.defaultPrevented, name).toBe(true);
  }
  const { session } = desktop;
  const granted = ["media", "geolocation", "notifications", "clipboard-read", "clipboard-sanitized-write"].filter(
    (permission) => session.permissionCheck?.(contents, permission),
  );
  expect(granted).toEqual(["clipboard-sanitized-write"]);
  const answer = vi.fn();
  session.permissionRequest?.(contents, "geolocation", answer);
  expect(answer).toHaveBeenCalledExactlyOnceWith(false);
  expect(session.deviceCheck?.()).toBe(false);
});

test("no request leaves the machine: only the application's own schemes are let through", async () => {
  const { session } = await startDesktop();
  const isLetThrough = (url: string): boolean => {
    let isCancelled: boolean | undefined;
    session.beforeRequest?.({ url }, ({ cancel }) => (isCancelled = cancel));
    return isCancelled === false;
  };
  const asked = ["app://pipewave/", "data:,x", "blob:app://pipewave/1", "https://example.com/", "http://127.0.0.1/"];
  expect([...asked, "ws://example.com/", "file:///etc/hosts", "ftp://example.com/"].filter(isLetThrough)).toEqual([
    "app://pipewave/",
    "data:,x",
    "blob:app://pipewave/1",
  ]);
});

test("the page comes from its own origin, with a policy, and nothing outside its folder does", async () => {
  const desktop = await startDesktop();
  writeFileSync(path.join(desktop.root, "secret.txt"), "secret");
  expect(desktop.seen.privileges["app"]).toMatchObject({ standard: true, secure: true });
  expect(desktop.seen.privileges["app"]).not.toHaveProperty("bypassCSP");
  const page = await desktop.fetchPage("app://pipewave/");
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  const policy = page.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
  for (const address of ["../secret.txt", "..%2f..%2fsecret.txt", "%2e%2e/%2e%2e/secret.txt", "nothing.js"]) {
    expect((await desktop.fetchPage(`app://pipewave/${address}`)).status, address).toBe(404);
  }
  expect((await desktop.fetchPage("app://elsewhere/")).status).toBe(403);
});

test("only the application's own page, not a frame in it, is given a port", async () => {
  const desktop = await startDesktop();
  const { webContents: contents } = desktop.window();
  const given = vi.spyOn(contents, "postMessage");
  contents.sendAs({ url: "https://example.com/", parent: null }, "pipewave:request-port");
  contents.sendAs({ url: "app://pipewave.example/", parent: null }, "pipewave:request-port");
  contents.sendAs({ url: "app://pipewave/", parent: {} }, "pipewave:request-port");
  expect(given).not.toHaveBeenCalled();
  contents.sendAs({ url: "app://pipewave/#run=a", parent: null }, "pipewave:request-port");
  expect(given).toHaveBeenCalledOnce();
});

test("files of the command line wait until the page listens; those of a second launch come to the same window", async () => {
  const first = path.resolve("a.pipewave");
  const desktop = await startDesktop({ files: ["a.pipewave"] });
  expect(desktop.seen.handedOver).toEqual({ files: [first] });
  const host = openPage(desktop.window());
  const opened: (readonly string[])[] = [];
  host.desktop?.on("openFiles", (files) => opened.push(files));
  expect(opened).toEqual([]);
  host.desktop?.ready();
  expect(opened).toEqual([[first]]);

  desktop.window().minimize();
  desktop.app.emit("second-instance", {}, [], "", { files: ["/traces/b.json"] });
  desktop.app.emit("second-instance", {}, [], "", "nonsense");
  expect(opened.slice(1)).toEqual([["/traces/b.json"]]);
  expect(desktop.windows).toHaveLength(1);
  expect(desktop.window().acts).toContain("restore");
  const event = preventable();
  desktop.app.emit("open-file", event, "/traces/c.json.gz");
  expect(event.defaultPrevented).toBe(true);
  expect(opened.at(-1)).toEqual(["/traces/c.json.gz"]);
  expect(desktop.seen.recent).toEqual([first, "/traces/b.json", "/traces/c.json.gz"]);
});

test("a second launch hands its files over and goes", async () => {
  const desktop = await startDesktop({ files: ["/traces/a.json"], isFirst: false });
  expect(desktop.seen.handedOver).toEqual({ files: ["/traces/a.json"] });
  expect(desktop.seen.hasQuit).toBe(true);
  expect(desktop.windows).toEqual([]);
  expect(desktop.children).toEqual([]);
});

test("a backend that crashes is started again: the page's client goes on, and hears what was interrupted", async () => {
  const desktop = await startDesktop();
  const host = openPage(desktop.window());
  const states: ConnectionState[] = [];
  const notices: HostNotice[] = [];
  host.onConnection((state) => states.push(state));
  host.desktop?.on("notice", (notice) => notices.push(notice));
  host.desktop?.ready();
  await host.client.describeHost({});
  const [child] = desktop.children;
  child?.say({ type: "job", job: UNDER_WAY });
  expect(desktop.window().progress).toBe(0.25);
  child?.end(139);
  await until(() => states.includes("lost"));
  await until(() => states.at(-1) === "open");
  expect(await host.client.listRuns({})).toEqual([]);
  expect(desktop.children).toHaveLength(2);
  expect(desktop.window().progress).toBe(-1);
  expect(notices).toHaveLength(1);
  expect(`${notices[0]?.text} ${notices[0]?.detail}`).toMatch(/backend crashed.*safe.*“big\.json”.*139/);
});

test("a backend that keeps crashing is not started for ever: the person decides", async () => {
  const desktop = await startDesktop();
  const host = openPage(desktop.window());
  const states: ConnectionState[] = [];
  host.onConnection((state) => states.push(state));
  await host.client.describeHost({});
  const ask = vi.spyOn(desktop.module.dialog, "showMessageBox");
  const { promise: answer, resolve: decide } = Promise.withResolvers<{ response: number }>();
  ask.mockReturnValue(answer);
  for (let i = 0; i < 4; i++) {
    desktop.children[i]?.end(1, "out of luck");
    if (i < 3) await until(() => desktop.children.length === i + 2);
  }
  await until(() => ask.mock.calls.length === 1);
  expect(JSON.stringify(ask.mock.calls)).toContain("out of luck");
  // The page has asked for another port while there is nobody to give it to, and is answered once there is.
  await until(() => states.at(-1) === "open");
  const described = host.client.describeHost({});
  expect(desktop.children).toHaveLength(4);
  decide({ response: 0 });
  await until(() => desktop.children.length === 5);
  expect((await described).version).toBe("9.8.7");
});

test("a page that crashes is loaded again with a message, while the backend goes on", async () => {
  const desktop = await startDesktop();
  const { webContents: contents } = desktop.window();
  const before = contents.page;
  contents.emit("render-process-gone", {}, { reason: "oom", exitCode: 5 });
  await until(() => contents.page !== before);
  const host = openPage(desktop.window());
  const notices: HostNotice[] = [];
  host.desktop?.on("notice", (notice) => notices.push(notice));
  host.desktop?.ready();
  expect(notices.map(({ text }) => text)).toEqual(["The window crashed and was loaded again. Nothing was lost."]);
  expect(await host.client.listRuns({})).toEqual([]);
  expect(desktop.children).toHaveLength(1);

  contents.emit("render-process-gone", {}, { reason: "crashed", exitCode: 5 });
  expect(desktop.seen.boxes.at(-1)?.message).toBe("The window crashed again.");
});

test("leaving asks while work is under way, stops the backend in good order, and remembers the window", async () => {
  const desktop = await startDesktop();
  const host = openPage(desktop.window());
  await host.client.describeHost({});
  desktop.children[0]?.say({ type: "job", job: UNDER_WAY });
  desktop.answers.box = [0, 1];
  desktop.window().close();
  await until(() => desktop.seen.boxes.length === 1);
  expect(desktop.seen.boxes[0]?.detail).toContain("big.json");
  expect(desktop.windows).toHaveLength(1);
  await new Promise((resolve) => setImmediate(resolve));
  desktop.window().close();
  await until(() => desktop.seen.hasQuit);
  expect(desktop.windows).toEqual([]);

  const { x, y } = { x: 100, y: 50 };
  const again = await startDesktop({
    prepare: (userData) =>
      writeFileSync(
        path.join(userData, "window.json"),
        JSON.stringify({ bounds: { x, y, width: 1000, height: 700 }, maximized: true, fullScreen: false }),
      ),
  });
  expect(again.window().options).toMatchObject({ x, y, width: 1000, height: 700 });
  expect(again.window().acts).toContain("maximize");
});

test("a library that cannot be used is said in words, and the application goes", async () => {
  const desktop = await startDesktop();
  desktop.answers.box = [0];
  desktop.children[0]?.say({
    type: "failed",
    failure: {
      code: "file-unreadable",
      what: "it is a file",
      where: { file: "library" },
      todo: "choose another folder",
    },
  });
  expect(desktop.seen.boxes[0]?.detail).toBe("library: it is a file; choose another folder");
  await until(() => desktop.seen.hasQuit);
});

test("the menu opens files, lists them as recent, acts on the page, and tells the versions", async () => {
  const desktop = await startDesktop();
  const host = openPage(desktop.window());
  const opened: (readonly string[])[] = [];
  const commands: string[] = [];
  host.desktop?.on("openFiles", (files) => opened.push(files));
  host.desktop?.on("command", (command) => commands.push(command));
  host.desktop?.ready();
  desktop.answers.open = [["/traces/a.json", "/traces/b & c.json"]];
  menuItem(desktop.seen.menu, "open")();
  await until(() => opened.length === 1);
  expect(opened[0]).toEqual(["/traces/a.json", "/traces/b & c.json"]);
  expect(JSON.stringify(desktop.seen.menu)).toContain('"b && c.json","sublabel":"/traces"');
  for (const id of ["palette", "capture", "simulate", "settings", "sql", "help"]) menuItem(desktop.seen.menu, id)();
  // No run is open: its console is grey.
  expect(commands).toEqual(["palette", "capture", "simulate", "settings", "help"]);
  menuItem(desktop.seen.menu, "library-folder")();
  expect(desktop.seen.openedFolders).toEqual([desktop.libraryPath]);
  desktop.answers.box = [1];
  menuItem(desktop.seen.menu, "about")();
  await until(() => desktop.seen.copied !== "");
  expect(desktop.seen.copied).toMatch(/^Pipewave 9\.8\.7\nElectron .*\nChromium .*\nNode 24\./);
});

test("menus offer what the page can do now, and nothing that another page claims", async () => {
  const desktop = await startDesktop();
  const host = openPage(desktop.window());
  const enabled = () => ACTION_IDS.filter((id) => findMenuItem(desktop.seen.menu, id)?.enabled);
  host.desktop?.offer(["sql", "search", "palette"]);
  expect(enabled()).toEqual(["search", "sql", "palette"]);
  const { webContents: contents } = desktop.window();
  contents.sendAs({ url: "https://example.com/", parent: null }, "pipewave:offer", ["swap"]);
  contents.sendAs({ url: "app://pipewave/", parent: null }, "pipewave:offer", "swap");
  expect(enabled()).toEqual(["search", "sql", "palette"]);
  contents.sendAs({ url: "app://pipewave/", parent: null }, "pipewave:offer", [7, "swap", "nonsense"]);
  expect(enabled()).toEqual(["swap"]);

  // A file that becomes a recent one makes the menu anew, and what is grey stays so.
  desktop.app.emit("second-instance", {}, [], "", { files: ["/traces/b.json"] });
  expect(findMenuItem(desktop.seen.menu, "clear-recent")).toBeDefined();
  expect(enabled()).toEqual(["swap"]);
});

test("on macOS the application outlives its window, and a file brings one back", async () => {
  const desktop = await startDesktop({ platform: "darwin" });
  expect(desktop.window().close()).toBe(true);
  await new Promise((resolve) => setImmediate(resolve));
  expect(desktop.seen.hasQuit).toBe(false);
  desktop.app.emit("open-file", preventable(), "/traces/a.json");
  await until(() => desktop.windows[0]?.webContents.page !== undefined);
  const host = openPage(desktop.window());
  const opened: (readonly string[])[] = [];
  host.desktop?.on("openFiles", (files) => opened.push(files));
  host.desktop?.ready();
  expect(opened).toEqual([["/traces/a.json"]]);
});
