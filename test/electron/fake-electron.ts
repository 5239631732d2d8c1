/**
 * As much of the module `electron` as the desktop uses, refusing what Electron refuses: things done before the application is
 * ready or after, ports and messages that cannot cross (fake-ports.ts), preloads that cannot run (fake-window.ts), menus with
 * unknown roles. The utility process is the desktop's own entry, run in this process behind the same kind of ports.
 */
import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";

import type { BrowserWindowConstructorOptions, MenuItemConstructorOptions, MessageBoxOptions } from "electron";

import type { End } from "./fake-ports.ts";
import { cloneAsElectron, closeEnd, FakeChannel, FakePortMain, takeEnds } from "./fake-ports.ts";
import { FakeContents, FakeWindow, preventable } from "./fake-window.ts";

interface FakeElectronOptions {
  readonly root: string;
  readonly userData: string;
  /** Loads the utility process's entry, which finds its `process.parentPort`. */
  readonly runBackend: (parentPort: EventEmitter) => Promise<unknown>;
  /** False: another Pipewave runs already. */
  readonly isFirst?: boolean;
  readonly displays?: readonly { id: number; workArea: object }[];
}

type PermissionRequest = (contents: unknown, permission: string, answer: (isGranted: boolean) => void) => void;
type PermissionCheck = (contents: unknown, permission: string) => boolean;
type RequestListener = (details: { url: string }, answer: (response: { cancel?: boolean }) => void) => void;

/** Keeps the handlers it is given, for the test to call. */
interface FakeSession {
  permissionRequest?: PermissionRequest;
  permissionCheck?: PermissionCheck;
  deviceCheck?: () => boolean;
  beforeRequest?: RequestListener;
  readonly setPermissionRequestHandler: (handler: PermissionRequest) => void;
  readonly setPermissionCheckHandler: (handler: PermissionCheck) => void;
  readonly setDevicePermissionHandler: (handler: () => boolean) => void;
  readonly webRequest: { readonly onBeforeRequest: (listener: RequestListener) => void };
}

type PageAnswer = (request: Request) => Promise<Response>;

/** A child that runs here. Killed, it loses its ports and says nothing more. */
class FakeChild extends EventEmitter {
  readonly stderr = new PassThrough();
  readonly entry: string;
  readonly #parentPort: EventEmitter & { postMessage?: (message: unknown, transfer?: unknown[]) => void };
  readonly #ends: End[] = [];
  readonly #started: Promise<unknown>;
  #isDead = false;

  constructor(entry: string, run: (parentPort: EventEmitter) => Promise<unknown>) {
    super();
    this.entry = entry;
    this.#parentPort = new EventEmitter();
    this.#parentPort.postMessage = (message, transfer = []) => {
      takeEnds(transfer);
      const data = cloneAsElectron(message);
      if (!this.#isDead) setImmediate(() => this.emit("message", data));
    };
    this.#started = run(this.#parentPort);
  }

  postMessage(message: unknown, transfer: unknown[] = []): void {
    const ends = takeEnds(transfer);
    this.#ends.push(...ends);
    const data = cloneAsElectron(message);
    void this.#started.then(() => {
      if (!this.#isDead) this.#parentPort.emit("message", { data, ports: ends.map((end) => new FakePortMain(end)) });
    });
  }

  kill(): boolean {
    this.end(0);
    return true;
  }

  /** The process is gone, in whatever state it was. */
  end(code: number, lastWords = ""): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.stderr.write(lastWords);
    for (const end of this.#ends) closeEnd(end);
    // Its files and threads go with it.
    void this.#started.then(() => this.#parentPort.emit("message", { data: { type: "close" }, ports: [] }));
    setImmediate(() => this.emit("exit", code));
  }

  /** As if the backend had said it. */
  say(message: unknown): void {
    this.emit("message", cloneAsElectron(message));
  }
}

const KNOWN_ROLES =
  /^(?:services|hide|hideOthers|unhide|quit|close|undo|redo|cut|copy|paste|selectAll|resetZoom|zoomIn|zoomOut|togglefullscreen|reload|toggleDevTools|windowMenu|help)$/;
/** Electron's accelerators: modifiers, then one key code (docs/tutorial/keyboard-shortcuts.md). */
const ACCELERATOR =
  /^(?:(?:CmdOrCtrl|Shift|Alt)\+)*(?:[A-Z0-9]|F\d{1,2}|Plus|Up|Down|Left|Right|Home|End|PageUp|PageDown|Escape|[,.\-=/?[\]])$/;

/** A menu as Electron builds it: items of its own, which are enabled unless somebody said otherwise, found at any depth. */
class FakeMenu {
  readonly items: MenuItemConstructorOptions[];

  constructor(template: readonly MenuItemConstructorOptions[]) {
    this.items = template.map((item) => ({
      enabled: true,
      ...item,
      ...(Array.isArray(item.submenu) ? { submenu: new FakeMenu(item.submenu).items } : {}),
    }));
  }

  getMenuItemById(id: string): MenuItemConstructorOptions | null {
    return findMenuItem(this.items, id) ?? null;
  }
}

/** The item of that id, at any depth. */
export function findMenuItem(
  items: readonly MenuItemConstructorOptions[],
  id: string,
): MenuItemConstructorOptions | undefined {
  for (const item of items) {
    const found = item.id === id ? item : Array.isArray(item.submenu) ? findMenuItem(item.submenu, id) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkMenu(template: readonly MenuItemConstructorOptions[]): void {
  for (const { role, label, type, submenu, accelerator } of template) {
    if (role === undefined && label === undefined && type !== "separator") {
      throw new TypeError("Invalid template for MenuItem: must have at least one of label, role or type");
    }
    if (role !== undefined && !KNOWN_ROLES.test(role)) throw new Error(`Unknown role: ${role}`);
    if (typeof accelerator === "string" && !ACCELERATOR.test(accelerator)) throw new Error(`Invalid: ${accelerator}`);
    if (Array.isArray(submenu)) checkMenu(submenu);
  }
}

/** The fake module, and what a test does and sees from outside. */
export function createFakeElectron({ root, userData, runBackend, isFirst = true, displays }: FakeElectronOptions) {
  const app = new EventEmitter();
  const ready = Promise.withResolvers<undefined>();
  const windows: FakeWindow[] = [];
  const children: FakeChild[] = [];
  const seen = {
    isReady: false,
    hasQuit: false,
    sandboxed: false,
    handedOver: undefined as unknown,
    recent: [] as string[],
    boxes: [] as MessageBoxOptions[],
    errorBoxes: [] as string[],
    openedFolders: [] as string[],
    copied: "",
    menu: [] as MenuItemConstructorOptions[],
    privileges: {} as Record<string, Record<string, boolean>>,
    schemes: new Map<string, PageAnswer>(),
  };
  /** What the person answers, in turn; `undefined` leaves a box open. */
  const answers: { box: (number | undefined)[]; open: string[][] } = { box: [], open: [] };
  let applicationMenu: FakeMenu | null = null;
  const must = (isReady: boolean, what: string): void => {
    if (seen.isReady !== isReady) {
      throw new Error(`${what} cannot be called ${isReady ? "before" : "after"} app is ready`);
    }
  };

  const session: FakeSession = {
    setPermissionRequestHandler: (handler) => (session.permissionRequest = handler),
    setPermissionCheckHandler: (handler) => (session.permissionCheck = handler),
    setDevicePermissionHandler: (handler) => (session.deviceCheck = handler),
    webRequest: { onBeforeRequest: (listener) => (session.beforeRequest = listener) },
  };

  const fetchPage = async (url: string): Promise<Response> => {
    let isCancelled = false;
    session.beforeRequest?.({ url }, ({ cancel = false }) => (isCancelled = cancel));
    if (isCancelled) throw new Error("ERR_BLOCKED_BY_CLIENT");
    const scheme = new URL(url).protocol.replace(":", "");
    const answer = seen.schemes.get(scheme);
    const isStandard = seen.privileges[scheme]?.["standard"] ?? false;
    if (!isStandard || answer === undefined) throw new Error("ERR_UNKNOWN_URL_SCHEME");
    return answer(new Request(url));
  };

  Object.assign(app, {
    isPackaged: false,
    enableSandbox: () => {
      must(false, "app.enableSandbox()");
      seen.sandboxed = true;
    },
    requestSingleInstanceLock: (data: unknown) => {
      seen.handedOver = cloneAsElectron(data);
      return isFirst;
    },
    whenReady: () => ready.promise,
    getPath: () => userData,
    getAppPath: () => root,
    getVersion: () => "9.8.7",
    addRecentDocument: (file: string) => seen.recent.push(file),
    clearRecentDocuments: () => (seen.recent = []),
    quit: () => {
      const event = preventable();
      app.emit("before-quit", event);
      if (event.defaultPrevented) return;
      if (!windows.slice().every((window) => window.close())) return;
      seen.hasQuit = true;
    },
  });

  const createWindow = (options: BrowserWindowConstructorOptions): FakeWindow => {
    must(true, "new BrowserWindow");
    const contents = new FakeContents(options.webPreferences ?? {}, { session, fetchPage });
    app.emit("web-contents-created", {}, contents);
    const window: FakeWindow = new FakeWindow(options, {
      contents,
      onClosed: () => {
        windows.splice(windows.indexOf(window), 1);
        if (windows.length === 0 && !seen.hasQuit) setImmediate(() => app.emit("window-all-closed"));
      },
    });
    windows.push(window);
    return window;
  };

  const module = {
    app,
    BrowserWindow: function BrowserWindow(options: BrowserWindowConstructorOptions) {
      return createWindow(options);
    },
    MessageChannelMain: FakeChannel,
    utilityProcess: {
      fork: (entry: string) => {
        must(true, "utilityProcess.fork");
        const child = new FakeChild(entry, runBackend);
        children.push(child);
        return child;
      },
    },
    protocol: {
      registerSchemesAsPrivileged: (schemes: { scheme: string; privileges: Record<string, boolean> }[]) => {
        must(false, "protocol.registerSchemesAsPrivileged");
        for (const { scheme, privileges } of schemes) seen.privileges[scheme] = privileges;
      },
      handle: (scheme: string, answer: PageAnswer) => {
        must(true, "protocol.handle");
        seen.schemes.set(scheme, answer);
      },
    },
    session: { defaultSession: session },
    screen: {
      getPrimaryDisplay: () => (displays ?? DEFAULT_DISPLAYS)[0],
      getAllDisplays: () => displays ?? DEFAULT_DISPLAYS,
    },
    Menu: {
      buildFromTemplate: (template: MenuItemConstructorOptions[]) => {
        checkMenu(template);
        return new FakeMenu(template);
      },
      setApplicationMenu: (menu: FakeMenu) => {
        must(true, "Menu.setApplicationMenu");
        applicationMenu = menu;
        seen.menu = menu.items;
      },
      getApplicationMenu: () => applicationMenu,
    },
    dialog: {
      showMessageBox: (...args: MessageBoxOptions[]) => {
        const options = args.at(-1);
        if (options !== undefined) seen.boxes.push(options);
        const response = answers.box.shift();
        return response === undefined ? new Promise(() => undefined) : Promise.resolve({ response });
      },
      showOpenDialog: () => Promise.resolve({ filePaths: answers.open.shift() ?? [] }),
      showErrorBox: (_title: string, content: string) => seen.errorBoxes.push(content),
    },
    shell: { openPath: (folder: string) => Promise.resolve(void seen.openedFolders.push(folder)) },
    clipboard: { writeText: (text: string) => (seen.copied = text) },
  };

  return {
    module,
    app,
    seen,
    answers,
    windows,
    children,
    session,
    fetchPage,
    becomeReady: () => {
      seen.isReady = true;
      ready.resolve(undefined);
    },
  };
}

const DEFAULT_DISPLAYS = [{ id: 1, workArea: { x: 0, y: 0, width: 1920, height: 1040 } }];
