/**
 * `npm run -s bench -- [--json] [--events <n>…] [--rounds <n>]`: the figures of DESIGN §7. With --json stdout holds one JSON
 * document and nothing else. It measures and prints; it judges nothing.
 */
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";

import { benchCapture, describeCapture } from "./bench-capture.ts";
import { benchImport } from "./bench-import.ts";
import { benchWindow } from "./bench-window.ts";
import type { ImportFigures } from "./bench-import.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    events: { type: "string", multiple: true, default: ["1000000"] },
    rounds: { type: "string", default: "3" },
  },
});

const imports: ImportFigures[] = [];
for (const events of values.events) {
  process.stderr.write(`import of ${events} events …\n`);
  imports.push(await benchImport({ events: Number(events), rounds: Number(values.rounds) }));
}

process.stderr.write("window …\n");
const window = await benchWindow();

process.stderr.write("capture …\n");
const capture = await benchCapture();

const document = {
  machine: { cores: availableParallelism(), cpu: cpus()[0]?.model, node: process.version },
  import: imports,
  open: [window],
  tiles: [],
  frames: [],
  capture,
  analysis: [],
};

if (values.json) process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
else {
  for (const figures of imports) process.stdout.write(`${describeImport(figures)}\n`);
  process.stdout.write(`window: ${JSON.stringify(window)}\n${describeCapture(capture)}\n`);
}

function describeImport({
  events,
  sizeBytes,
  wallMs,
  cpuMs,
  peakRssBytes,
  jsonParse,
  ratioToJsonParse,
}: ImportFigures): string {
  const mb = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  return (
    `import ${events} events (${mb(sizeBytes)}): ${cpuMs} ms CPU, ${wallMs} ms wall, peak ${mb(peakRssBytes)}; ` +
    `JSON.parse ${jsonParse.cpuMs} ms CPU, peak ${mb(jsonParse.peakRssBytes)}; ratio ${ratioToJsonParse}`
  );
}
