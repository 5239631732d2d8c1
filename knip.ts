/**
 * What counts as used. `npm run knip` looks from the product and its tests, `npm run knip:production` from the product alone
 * (entries and files with a `!`): an export that only tests use is either unneeded or carries an `@internal` tag with its reason.
 */
import type { KnipConfig } from "knip";

const config: KnipConfig = {
  entry: [
    "main/cli/index.ts!",
    "main/electron/{index,preload,backend-process}.ts!",
    // Started by their path, as worker threads or processes: nothing imports them.
    "main/**/*worker.ts!",
    "native-runner/index.ts!",
    "native-runner/**/*worker.ts!",
    "native-runner/bundle/bundle-runner.ts!", // a script that ships nothing of itself, so that --production does not see it
    "main/electron/packaging/pack.ts!", // the same
    "renderer/main.ts!",
    "electron.config.ts!",
    "test/**/*.test.ts",
    "test/e2e/**/*.spec.ts",
    "test/bench/{index,parse-json,report-usage}.ts",
    "test/core/import/import-slowly.ts",
    "test/e2e/packed-parent.ts", // around the packed backend, in its process
    // The page of its own that the drawn wavefront is tested on: its index.html names it.
    "test/renderer/wavefront/demo/demo.ts",
    "test/support/{run-all,check-types,result-reporter}.ts",
  ],
  project: ["{main,db,native-runner,renderer}/**/*.{ts,mjs,svelte}!", "test/**/*.ts"],
  // The parts of a contract are exported beside it, so that whoever needs a part can name it.
  ignoreExportsUsedInFile: { interface: true, type: true },
  ignoreBinaries: ["unshare"], // a test takes the network away with it where the system has it
  ignoreDependencies: [
    "svelte-check", // started by its path in test/support/check-types.ts
  ],
  treatConfigHintsAsErrors: false,
};

export default config;
