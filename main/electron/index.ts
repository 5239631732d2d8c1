/**
 * Entry of the desktop. What must come before Electron is ready happens here: the page's scheme, the sandbox for every page,
 * and the question whether another Pipewave runs already, which then gets our files. Everything else is desktop.ts.
 */
import { app } from "electron";

import { claimScheme } from "./app-protocol.ts";
import { Desktop } from "./desktop.ts";
import { filesHandedOver, filesOf } from "./named-files.ts";

claimScheme();
app.enableSandbox();

const files = filesOf({ argv: process.argv, cwd: process.cwd(), isPackaged: app.isPackaged });
if (app.requestSingleInstanceLock({ files })) {
  const desktop = new Desktop({ root: app.getAppPath() });
  desktop.open(files);
  // macOS names files by events, the first of them before the application is ready.
  app.on("open-file", (event, file) => {
    event.preventDefault();
    desktop.open([file]);
  });
  app.on("second-instance", (_event, _argv, _folder, handedOver) => {
    desktop.open(filesHandedOver(handedOver));
    desktop.show();
  });
  await app.whenReady();
  desktop.start();
} else {
  app.quit();
}
