/**
 * Entry of the utility process in which the desktop's backend lives, so that neither a long read nor a crash touches the
 * window. Joins core to the ports that Electron's process hands over, and tells it how jobs do. Shows nothing itself.
 */
import type { MessagePortMain } from "electron";

import type { Emit, Job } from "#common/api.ts";
import { AppError } from "#common/errors.ts";
import type { ServedConnection } from "#common/wire/rpc.ts";
import { serveCalls } from "#common/wire/rpc.ts";

import type { Backend } from "../core/backend.ts";
import { createBackend } from "../core/backend.ts";
import type { BackendStart, FromBackend, ToBackend } from "./backend-protocol.ts";
import { carryOverElectronPort } from "./carry-port.ts";

const { parentPort } = process;
const connections = new Set<ServedConnection>();
let backend: Backend | undefined;

const tell = (message: FromBackend): void => parentPort.postMessage(message);

const emit: Emit = (event, payload) => {
  for (const connection of connections) connection.emit(event, payload);
  if (event !== "jobChanged") return;
  const { id, kind, title, state, share } = payload as Job;
  tell({ type: "job", job: { id, kind, title, state, ...(share === undefined ? {} : { share }) } });
};

function start({ libraryPath, version, runner, runnerFolder, workerEntry }: BackendStart): void {
  try {
    backend = createBackend({
      libraryPath,
      version,
      emit,
      runner: { runner, cwd: runnerFolder },
      ...(workerEntry === undefined ? {} : { workerEntry: new URL(workerEntry) }),
      // Beside the workers, under the Node that is shipped: Electron does not run as one.
      sql: {
        node: runner.node,
        ...(workerEntry === undefined ? {} : { entry: new URL("./sql-worker.js", workerEntry) }),
      },
      // The page of a window names its files by their paths.
      takeUpload(path) {
        tell({ type: "opened", path });
        return { path, release: () => undefined };
      },
    });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    tell({ type: "failed", failure: error.fields });
  }
}

function connect(port: MessagePortMain): void {
  if (backend === undefined) {
    port.close();
    return;
  }
  const connection = serveCalls(carryOverElectronPort(port), backend.handlers, { defer: setImmediate });
  connections.add(connection);
  void connection.closed.then(() => connections.delete(connection));
}

async function close(): Promise<void> {
  for (const connection of connections) connection.close();
  await backend?.close();
  tell({ type: "closed" });
}

parentPort.on("message", ({ data, ports: [port] }) => {
  const message = data as ToBackend;
  if (message.type === "start") start(message.options);
  else if (message.type === "close") void close();
  else if (port !== undefined) connect(port);
});
