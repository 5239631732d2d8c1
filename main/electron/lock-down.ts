/**
 * Takes from every page what it does not need: the renderer shows traces of unknown origin. No navigation, no windows, no
 * permissions, no devices, and no request that leaves the machine. Nothing here can be switched off.
 */
import type { Session, WebContents, WebPreferences } from "electron";

/** What a page is built with. The spelling checker would fetch dictionaries from the network. */
export const PAGE_PREFERENCES = {
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  webviewTag: false,
  spellcheck: false,
  navigateOnDragDrop: false,
} as const satisfies WebPreferences;

/** Schemes that stay on the machine; the developer tools have one of their own. */
const LOCAL_SCHEMES = new Set(["app:", "blob:", "data:", "devtools:"]);

/** Applied to the contents of every window, so that no later one can forget it. */
export function denyEverythingElse(contents: WebContents): void {
  contents.on("will-navigate", (event) => event.preventDefault());
  contents.on("will-redirect", (event) => event.preventDefault());
  contents.on("will-frame-navigate", (event) => event.preventDefault());
  contents.on("will-attach-webview", (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: "deny" }));
}

export function lockSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, answer) => answer(isHarmless(permission)));
  session.setPermissionCheckHandler((_contents, permission) => isHarmless(permission));
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest(({ url }, answer) =>
    answer({ cancel: !LOCAL_SCHEMES.has(new URL(url).protocol) }),
  );
}

/** Copying text is what "copy" buttons do; reading the clipboard is not allowed. */
function isHarmless(permission: string): boolean {
  return permission === "clipboard-sanitized-write";
}
