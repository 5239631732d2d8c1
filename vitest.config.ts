/** How unit tests run: in worker threads of the project's Node, without a DOM. End-to-end tests have Playwright (test/e2e), timings have test/bench. */
import { availableParallelism } from "node:os";

import { compileModule } from "svelte/compiler";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [
    {
      // The renderer's state (*.svelte.ts) is tested as it runs in the browser. Svelte's own plugin would compile it for a
      // server here, where derived values are computed once.
      name: "svelte-state-for-the-browser",
      transform(code, id) {
        if (!id.endsWith(".svelte.ts")) return undefined;
        const { js } = compileModule(code, { filename: id, generate: "client" });
        return { code: js.code, map: js.map };
      },
    },
  ],
  test: {
    environment: "node",
    include: ["test/**/*.test.ts"],
    exclude: ["test/e2e/**", "test/bench/**"],
    pool: "threads",
    // Some tests start worker threads and child processes of their own: leave them a core.
    maxWorkers: Math.max(1, availableParallelism() - 1),
    testTimeout: 30_000,
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
  },
});
