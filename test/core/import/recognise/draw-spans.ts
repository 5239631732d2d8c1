/**
 * Reads spans from a drawing: one line a lane, `label |tokens|`. A token is a span; its column is its start, its length its
 * duration. What a token means is said by the test.
 *
 *     rank 0 |F0 F1 .  B0 B1|
 *     rank 1 |.  F0 B0 F1 B1|
 */
import type { RawLane } from "../../../../main/core/import/recognise/contract.ts";
import type { TraceSpan } from "./read-trace.ts";

export interface Drawing {
  readonly spans: readonly TraceSpan[];
  readonly lanes: readonly RawLane[];
}

/**
 * @param toSpan name and arguments of a token on a lane
 * @param toLane the lane of a line, given its label and position; each line is a process of its own without it
 */
export function drawSpans(
  drawing: string,
  toSpan: (token: string, lane: number) => Pick<TraceSpan, "name" | "args" | "category">,
  toLane: (label: string, position: number) => Partial<RawLane> = () => ({}),
): Drawing {
  const lines = drawing.split("\n").filter((line) => line.includes("|"));
  const lanes = lines.map((line, position) => {
    const label = line.slice(0, line.indexOf("|")).trim();
    return { process: String(position), thread: "0", file: "unknown", ...toLane(label, position) };
  });
  const spans = lines.flatMap((line, lane) => {
    const begin = line.indexOf("|") + 1;
    return Array.from(line.slice(begin, line.lastIndexOf("|")).matchAll(/[^\s.]+/gu), ({ 0: token, index }) => ({
      ...toSpan(token, lane),
      lane,
      start: index,
      end: index + token.length,
    }));
  });
  return { spans, lanes };
}

/** `F0@0` and so on: what a drawing's spans became, in canonical order, one text a lane. */
export function tellByLane<Span extends { readonly lane: number }>(
  spans: readonly Span[],
  tell: (span: Span) => string,
): readonly string[] {
  const texts: string[] = [];
  for (const span of spans) {
    const before = texts.at(span.lane);
    texts[span.lane] = before === undefined ? tell(span) : `${before} ${tell(span)}`;
  }
  return texts;
}
