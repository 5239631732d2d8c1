/** Schedules as tables: PyTorch's three, every action, both ways of writing, and what is refused. */
import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { describeAction, type Order } from "../../../main/common/schedule/action.ts";
import { createOrder, SCHEDULE_NAMES } from "../../../main/common/schedule/catalogue.ts";
import { readScheduleCsv, writeScheduleCsv } from "../../../main/common/schedule/csv.ts";
import { validateOrder } from "../../../main/common/schedule/validate.ts";
import { sharedTrace } from "../../support/shared-traces.ts";

const read = (text: string): Order => readScheduleCsv(text, { name: "drawn.csv" });
const textsOf = ({ ranks }: Order): string[][] => ranks.map((actions) => actions.map(describeAction));

describe.each([
  // Counted in the files with a text editor.
  { file: "dualpipev_4rank_10mb.csv", ranks: 4, stages: 8, batches: 10 },
  { file: "zb1p_2rank_2stagep_comms.csv", ranks: 2, stages: 4, batches: 8 },
  { file: "zb1p_2rank_2stagep_compute.csv", ranks: 2, stages: 4, batches: 8 },
])("$file", ({ file, ranks, stages, batches }) => {
  const load = (context: Parameters<typeof sharedTrace>[0]) =>
    readFileSync(sharedTrace(context, `pytorch-schedules/${file}`), "utf8");

  test("loads, and can be executed", (context) => {
    const order = read(load(context));
    expect({ ranks: order.ranks.length, stages: order.stages, batches: order.batches }).toEqual({
      ranks,
      stages,
      batches,
    });
    expect(() => validateOrder(order)).not.toThrow();
  });

  test("reads the same again after it was written", (context) => {
    const order = read(load(context));
    expect(read(writeScheduleCsv(order))).toEqual(order);
  });
});

test("every action of the form is read", () => {
  const row = "0UNSHARD,0F0,0SEND_F0,0RECV_B0,0I0,0SEND_B0,0W0,0REDUCE_GRAD,0RESHARD,0RECV_F0,(0F1;0B1)OVERLAP_F_B";
  const p2p = "(0SEND_F2;0RECV_B2)BATCH_P2P";
  expect(textsOf(read(`${row},${p2p}`))).toEqual([[...row.split(","), p2p]]);
});

test("old text's B is an input-grad where a BW occurs or the weight-grad stands apart", () => {
  expect(textsOf(read("0F0,0B0,0W0,0F1,0B1"))).toEqual([["0F0", "0I0", "0W0", "0F1", "0B1"]]);
  expect(textsOf(read("0F0,0BW0\n1F0,1B0,1W0"))).toEqual([
    ["0F0", "0B0"],
    ["1F0", "1I0", "1W0"],
  ]);
});

test("an empty field is an idle step, and steps after the last action are none", () => {
  expect(textsOf(read(",0F0,,0F1,,\n"))).toEqual([["", "0F0", "", "0F1"]]);
});

test("line ends of any system and a byte order mark are read", () => {
  expect(textsOf(read("\uFEFF0F0,0F1\r\n1F0,1F1\r\n\r\n"))).toEqual([
    ["0F0", "0F1"],
    ["1F0", "1F1"],
  ]);
});

test.each(SCHEDULE_NAMES)("%s reads the same after it was written", (name) => {
  const { ranks, stages, batches } = createOrder(name, { ranks: 4, batches: 8 });
  expect(read(writeScheduleCsv({ ranks }))).toEqual({ schedule: "drawn.csv", ranks, stages, batches });
});

test.each([
  { text: "0F0,0X1", message: /drawn\.csv: "0X1" is no action \(row 1, column step 2\)/ },
  { text: "0F0\nF0", message: /"F0" is no action \(row 2, column step 1\)/ },
  { text: "0F", message: /"0F" is no action/ },
  { text: "0UNSHARD3", message: /"0UNSHARD3" is no action/ },
  { text: "(0F0;0UNSHARD)OVERLAP_F_B", message: /is no action/ },
  { text: "(0F0;)OVERLAP_F_B", message: /is no action/ },
  { text: "", message: /the table has no rows/ },
])("refuses $text", ({ text, message }) => {
  expect(() => read(text)).toThrow(message);
});
