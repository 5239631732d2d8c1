/**
 * How `npm run build` makes the desktop application: the Electron process and the backend's utility process as ES modules,
 * the preload as CommonJS (a sandboxed preload cannot be anything else), and the renderer, which `pipewave serve` hands
 * out too. Commands need no build: Node runs their TypeScript as it is.
 */
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "electron-vite";

export default defineConfig({
  main: {
    build: {
      outDir: "out/main",
      rolldownOptions: {
        input: { index: "main/electron/index.ts", "backend-process": "main/electron/backend-process.ts" },
        output: { format: "es", entryFileNames: "[name].js" },
      },
    },
  },
  preload: {
    build: {
      outDir: "out/preload",
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
      rolldownOptions: { input: "renderer/index.html" },
    },
  },
});
