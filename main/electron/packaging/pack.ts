/**
 * `npm run pack [-- --dir]`: the installers of this system in dist/, or with --dir only the folder that they hold. Expects the
 * build in out/. Downloads Electron and the installers' tools the first time; publishes nothing.
 */
import path from "node:path";
import { parseArgs } from "node:util";

import { build, Platform } from "electron-builder";

import { configurePackaging } from "./configuration.ts";

const { values } = parseArgs({ options: { dir: { type: "boolean", default: false } } });
const targets = Platform.current().createTarget(values.dir ? "dir" : null);
const files = await build({
  targets,
  config: configurePackaging({
    homepage: process.env["PIPEWAVE_HOMEPAGE"],
    output: path.resolve(import.meta.dirname, "../../../dist"),
    isSigned: (process.env["CSC_LINK"] ?? "") !== "",
  }),
  publish: "never",
});
process.stdout.write(`${files.join("\n")}\n`);
