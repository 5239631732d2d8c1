/**
 * How `npm run build` makes the desktop application: the Electron process, the backend's utility process and its workers as
 * ES modules, the preload as CommonJS (a sandboxed preload cannot be anything else), and the renderer, which `pipewave serve`
 * hands out too. Everything is bundled but what is native: an installed app carries no other packages. Commands need no
 * build: Node runs their TypeScript as it is.
 */
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "electron-vite";

export default defineConfig({
  main: {
    build: {
      outDir: "out/main",
      externalizeDeps: false,
      rolldownOptions: {
        input: {
          index: "main/electron/index.ts",
          "backend-process": "main/electron/backend-process.ts",
          worker: "main/core/worker.ts",
          "sql-worker": "main/core/sql/sql-worker.ts",
          "shard-worker": "main/core/import/chrome-trace/shard-worker.ts",
        },
        external: ["better-sqlite3"],
        output: { format: "es", entryFileNames: "[name].js", chunkFileNames: "[name].js" },
      },
    },
  },
  preload: {
    build: {
      outDir: "out/preload",
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: "main/electron/preload.ts" },
        output: { format: "cjs", entryFileNames: "[name].cjs" },
      },
    },
  },
  renderer: {
    root: "renderer",
    plugins: [svelte()],
    build: {
      outDir: "out/renderer",
      emptyOutDir: true,
      minify: true, // a third of the text to read and compile before the first frame
      rolldownOptions: { input: "renderer/index.html" },
    },
  },
});
