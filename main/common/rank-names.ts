/**
 * Ranks and replicas that names of threads, processes and files state (REFERENCE §4), as patterns in order. Text in, numbers
 * out; whether a name is to be believed is decided in lane-ranks.ts.
 */

/** A rank or replica that a name states. */
export interface NamedPlace {
  readonly rank?: number;
  readonly replica?: number;
}

/** Names of threads and processes: `PP rank 3, TP rank 0, compute`, `DP rank [0]`, `rank 3`, `replica 1`. */
const DISPLAY_RANK = [
  /\b(?:PP|pipeline)[ _-]?rank[ _:=-]*\[?(\d{1,6})/iu,
  /(?<!\b(?:[DTECS]P|data|tensor|expert|context|global|local)[ _-]?)\brank[ _:=-]*\[?(\d{1,6})/iu,
];
const DISPLAY_REPLICA = [/\b(?:DP|data)[ _-]?rank[ _:=-]*\[?(\d{1,6})/iu, /\breplica[ _:=-]*(\d{1,6})/iu];

/** File names: `TP-0-DP-1-PP-2-EP-0`, `benchmark-data-0-pipeline-2-tensor-0`, `rank-7`, `rank0`, `worker0.<ts>.pt.trace.json`. */
const FILE_RANK = [
  /\bPP[-_](\d{1,6})(?!\d)/u,
  /\bpipeline[-_](\d{1,6})(?!\d)/u,
  /(?<![a-z])rank[-_]?(\d{1,6})(?!\d)/iu,
  /\bworker[-_]?(\d{1,6})(?!\d)/iu,
];
const FILE_REPLICA = [/\bDP[-_](\d{1,6})(?!\d)/u, /\bdata[-_](\d{1,6})(?!\d)/u];

/** Of several names the first that states it counts: the thread's before the process's. */
export function placeFromDisplayNames(names: readonly (string | undefined)[]): NamedPlace {
  return { ...found("rank", names, DISPLAY_RANK), ...found("replica", names, DISPLAY_REPLICA) };
}

/** @param name of the file, without folders */
export function placeFromFileName(name: string): NamedPlace {
  return { ...found("rank", [name], FILE_RANK), ...found("replica", [name], FILE_REPLICA) };
}

function found(key: keyof NamedPlace, names: readonly (string | undefined)[], patterns: readonly RegExp[]): NamedPlace {
  for (const pattern of patterns) {
    for (const name of names) {
      const match = name === undefined ? null : pattern.exec(name);
      if (match !== null) return { [key]: Number(match[1]) };
    }
  }
  return {};
}
