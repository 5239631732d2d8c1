/**
 * Importer of PyTorch's schedule tables (REFERENCE §5) as a planned run: nobody executed it, so every forward, input-grad and
 * weight-grad takes one time step of 1 ms and transfers take none. The order is what the table says; the simulator places it
 * in time. `pipewave simulate --schedule <table>` times it with other costs.
 */
import { AppError } from "#common/errors.ts";
import type { ByteWindow } from "../byte-window.ts";
import type { Importer } from "../importer.ts";
import { firstLine } from "../text-lines.ts";

/** A table is a few kilobytes; what is larger is none. */
const LARGEST_TABLE_BYTES = 1 << 24;
const FIELD =
  /^(?:|\d+(?:UNSHARD|RESHARD|REDUCE_GRAD|SEND_F|RECV_F|SEND_B|RECV_B|BW|F|B|I|W)\d*|\(.+\)(?:OVERLAP_F_B|BATCH_P2P))$/u;

export const scheduleCsv: Importer = {
  format: "schedule-csv",
  describes: "PyTorch schedule tables (CSV)",

  sniff(head) {
    const { line, isCut } = firstLine(head) ?? { line: "", isCut: false };
    const fields = line.split(",").map((field) => field.trim());
    const whole = isCut ? fields.slice(0, -1) : fields;
    return whole.every((field) => FIELD.test(field)) && whole.some((field) => field !== "");
  },

  async read(window, trace) {
    const text = await readText(window);
    const [{ readScheduleCsv }, { collectPlan }] = await Promise.all([
      import("#common/schedule/csv.ts"),
      import("./collect-plan.ts"),
    ]);
    const order = readScheduleCsv(text, { name: window.source.name });
    trace.plannedSchedule = window.source.name;
    collectPlan(order, trace);
  },
};

async function readText(window: ByteWindow): Promise<string> {
  // Nothing is given back to the window, so that it grows until it holds the whole table.
  while (await window.more(0)) {
    if (window.end > LARGEST_TABLE_BYTES) {
      throw new AppError({
        code: "too-large",
        what: `a schedule table is larger than ${LARGEST_TABLE_BYTES / (1 << 20)} MB`,
        todo: "choose a table of one iteration",
      });
    }
  }
  return new TextDecoder().decode(window.bytes.subarray(0, window.end));
}
