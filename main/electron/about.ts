/** The about box: the versions that a report of a fault needs, and a button that copies them. */
import { app, clipboard, dialog } from "electron";

const COPY = 1;

function describeVersions(): string {
  const { electron, chrome, node, v8 } = process.versions;
  return [
    `Pipewave ${app.getVersion()}`,
    `Electron ${electron}`,
    `Chromium ${chrome}`,
    `Node ${node}`,
    `V8 ${v8}`,
    `${process.platform} ${process.arch} ${process.getSystemVersion()}`,
  ].join("\n");
}

export async function showAbout(): Promise<void> {
  const detail = describeVersions();
  const { response } = await dialog.showMessageBox({
    type: "info",
    title: "About Pipewave",
    message: "Pipewave",
    detail: `${detail}\n\nMIT licence`,
    buttons: ["Close", "Copy"],
    defaultId: 0,
    cancelId: 0,
  });
  if (response === COPY) await clipboard.writeText(detail);
}
