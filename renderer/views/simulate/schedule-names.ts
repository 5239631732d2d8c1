/** What schedules are called on screen. */
import type { ScheduleName } from "#common/schedule/catalogue.ts";

export const SCHEDULE_TITLES: Readonly<Record<ScheduleName, string>> = {
  sequential: "Sequential",
  dataflow: "Dataflow",
  gpipe: "GPipe",
  "1f1b": "1F1B",
  interleaved: "Interleaved 1F1B",
  "zb-h1": "ZB-H1",
  "zb-h2": "ZB-H2",
  dualpipe: "DualPipe",
};
