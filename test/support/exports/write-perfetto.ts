/**
 * The device work of a synthetic job as a Perfetto trace: a process a rank, a thread track a phase, names interned and the
 * interning begun again in the middle, flows from sends to receives, times on an incremental clock of the sequence.
 */
import { deviceTimeOf } from "./synthetic-job.ts";
import type { SyntheticJob } from "./synthetic-job.ts";
import { concat, fixed64, message, number, packet, text } from "./protobuf-writer.ts";

const SEQUENCE = 7;
const SEQUENCE_CLOCK = 64;
const BOOT_TIME = 6;
const REALTIME = 1;
/** What boot time showed when the sequence's clock began, and the epoch then. */
const BOOT_NS = 88_000_000_000_000n;
const EPOCH_NS = 1_751_410_836_123_456_789n;
const PHASES = ["in", "compute", "out"] as const;
/** Larger than a double holds, and next to each other. */
const uuidOf = (rank: number, phase: (typeof PHASES)[number]): bigint =>
  0xfedc_ba98_7654_3210n + BigInt(rank * 8 + PHASES.indexOf(phase));

interface Mark {
  readonly atNs: number;
  readonly order: number;
  readonly fields: readonly Uint8Array[];
  readonly name: string | undefined;
}

export function writePerfetto(job: SyntheticJob): Uint8Array {
  const packets = [packet(number(10, SEQUENCE), number(13, 1), message(59, [number(58, SEQUENCE_CLOCK)]), clocks(0))];
  for (let rank = 0; rank < job.ranks; rank++) {
    for (const phase of PHASES) {
      const thread = [number(1, 500 + rank), number(2, 10 + PHASES.indexOf(phase)), text(5, `${phase} thread`)];
      packets.push(packet(message(60, [number(1, uuidOf(rank, phase)), message(4, thread)])));
    }
  }
  const marks = listMarks(job);
  const half = Math.floor(marks.length / 2);
  let iids = new Map<string, number>();
  let lastNs = 0;
  marks.forEach(({ atNs, fields, name }, index) => {
    const isReset = index === half;
    if (isReset) {
      // The sequence starts over: every number means something else from here on, and the clock begins again.
      iids = new Map([["not used", 1]]);
      packets.push(
        packet(number(10, SEQUENCE), number(13, 1), message(59, [number(58, SEQUENCE_CLOCK)]), clocks(lastNs)),
      );
    }
    const interned: Uint8Array[] = [];
    const nameFields: Uint8Array[] = [];
    if (name !== undefined) {
      if (!iids.has(name)) {
        iids.set(name, iids.size + 1);
        interned.push(message(12, [message(2, [number(1, iids.get(name) ?? 0), text(2, name)])]));
      }
      nameFields.push(number(10, iids.get(name) ?? 0));
    }
    const time = number(8, atNs - lastNs);
    lastNs = atNs;
    packets.push(
      packet(time, number(10, SEQUENCE), number(13, 2), ...interned, message(11, [...fields, ...nameFields])),
    );
  });
  return concat(packets);
}

function clocks(atNs: number): Uint8Array {
  const clock = (id: number, value: bigint, ...more: readonly Uint8Array[]) =>
    message(1, [number(1, id), number(2, value), ...more]);
  return message(6, [
    clock(BOOT_TIME, BOOT_NS + BigInt(atNs)),
    clock(REALTIME, EPOCH_NS + BigInt(atNs)),
    clock(SEQUENCE_CLOCK, 0n, number(3, 1)),
  ]);
}

/** Begins and ends in order of time; of those at one moment ends come first. */
function listMarks({ actions }: SyntheticJob): Mark[] {
  const marks = actions.flatMap((action, index): Mark[] => {
    const { startNs, endNs } = deviceTimeOf(action);
    const track = number(11, uuidOf(action.rank, action.phase));
    const flow = 0x8000_0000_0000_0000n + BigInt(index);
    return [
      { atNs: startNs, order: 1, name: action.name, fields: [number(9, 1), track, fixed64(47, flow)] },
      { atNs: endNs, order: 0, name: undefined, fields: [number(9, 2), track, fixed64(48, flow)] },
    ];
  });
  return marks.toSorted((a, b) => a.atNs - b.atNs || a.order - b.order);
}
