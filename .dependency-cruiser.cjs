/**
 * Who may import whom (DESIGN §3). Type imports count: a wall that types cross is no wall.
 * test/architecture/boundaries.test.ts seeds one violation per rule and expects each to be found.
 *
 *   electron, headless, cli ──▶ core ──▶ db ──▶ common ◀── renderer
 *                                                 ▲─────── native-runner
 */
const npmPackage = (...names) => `^(node_modules/)?(@types/)?(${names.join("|")})(/|$)`;

/** A room may import itself and what is listed; everything else inside the repository is behind a wall. */
const room = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: "error",
  from: { path: from },
  to: { path: "^(main|db|native-runner|renderer|test)/", pathNot: [from, ...allowed] },
});

const onlyIn = (name, packages, home, comment) => ({
  name,
  comment,
  severity: "error",
  from: { pathNot: home },
  to: { path: npmPackage(...packages) },
});

/** What the three hosts stand on. */
const underHosts = ["^main/core/", "^main/common/", "^db/index\\.ts$"];

module.exports = {
  forbidden: [
    room("common-imports-nothing", "^main/common/", [], "main/common runs everywhere: it knows no other room."),
    {
      name: "common-has-no-packages",
      comment: "main/common runs everywhere: no Node, no npm packages.",
      severity: "error",
      from: { path: "^main/common/" },
      to: { pathNot: "^main/common/" },
    },
    room("db-imports-common", "^db/", ["^main/common/"], "Run files are rows: db knows main/common only."),
    room(
      "core-imports-db-and-common",
      "^main/core/",
      ["^db/index\\.ts$", "^main/common/"],
      "The application has no host, and db has one door: db/index.ts.",
    ),
    room(
      "electron-imports-core",
      "^main/electron/",
      ["^native-runner/bundle/assemble-runner\\.ts$", ...underHosts],
      "The desktop joins core to Electron, and nothing else; its packaging takes the runner along.",
    ),
    room("headless-imports-core", "^main/headless/", underHosts, "The server joins core to HTTP, and nothing else."),
    room(
      "cli-imports-core",
      "^main/cli/",
      ["^main/headless/", ...underHosts],
      "A command asks core; `serve` starts headless.",
    ),
    room(
      "renderer-imports-common",
      "^renderer/",
      ["^main/common/"],
      "The renderer reaches the backend through the wire only.",
    ),
    room(
      "runner-imports-common",
      "^native-runner/",
      ["^main/common/"],
      "The runner is a process of its own that also runs on a bare cluster node.",
    ),
    {
      name: "renderer-has-no-node",
      comment: "The renderer is a web page.",
      severity: "error",
      from: { path: "^renderer/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "core-has-no-host",
      comment: "Sockets, servers and terminals belong to main/headless and main/cli.",
      severity: "error",
      from: { path: "^main/core/" },
      to: { path: `^(node:)?(http|http2|https|net|tls|readline|repl)$|${npmPackage("ws", "commander")}` },
    },
    {
      name: "production-has-no-tests",
      comment: "Nothing that ships imports test code.",
      severity: "error",
      from: { path: "^(main|db|native-runner|renderer)/" },
      to: { path: "^test/" },
    },
    onlyIn(
      "electron-only-in-its-room",
      ["electron"],
      "^main/electron/|^test/",
      "Everything else also runs without a window.",
    ),
    onlyIn("sqlite-only-in-db", ["better-sqlite3"], "^db/|^test/", "Whoever wants rows asks db."),
    onlyIn(
      "tensorflow-only-in-runner",
      ["@tensorflow/[^/]+", "webgpu"],
      "^native-runner/|^test/",
      "Tensors stay in the runner's process.",
    ),
    onlyIn(
      "pixi-only-in-scene",
      ["pixi\\.js"],
      "^renderer/scene/",
      "The scene is the only thing that draws on the GPU.",
    ),
    onlyIn(
      "svelte-only-in-renderer",
      ["svelte"],
      "^renderer/(?!data/|scene/)|^test/",
      "renderer/data and renderer/scene work without a framework.",
    ),
    {
      name: "no-cycles",
      comment: "Two files that need each other are one file, or three.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-unresolvable",
      comment: "An import that cannot be found is not checked by any other rule.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "no-dev-dependencies-in-production",
      comment: "What runs unbundled must be in `dependencies`.",
      severity: "error",
      from: { path: "^(main/(core|headless|cli)|db|native-runner)/" },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg"], dependencyTypesNot: ["type-only"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(out|dist)/" },
    tsPreCompilationDeps: true,
    parser: "tsc",
    enhancedResolveOptions: {
      conditionNames: ["import", "node", "svelte", "browser", "default", "types"],
      exportsFields: ["exports"],
      extensions: [".ts", ".js", ".mjs", ".cjs", ".svelte", ".d.ts", ".json"],
    },
  },
};
