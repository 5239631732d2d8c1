/**
 * The question that several files raise: are they the ranks of one run, or a run each? Where they are one, what tells the
 * rank of each, shown before anything is sent. Refuses to read the files: what they say of themselves, the import reads.
 */
import { placeFromFileName } from "#common/rank-names.ts";
import type { NamedPlace } from "#common/rank-names.ts";

/** Files that were dropped or chosen; folders are already their files. */
export interface OfferedFiles {
  readonly files: readonly File[];
  /** Name of the one folder that they all came from. */
  readonly folder?: string | undefined;
}

export interface TogetherOptions {
  readonly name: string;
  readonly rankFrom?: string | undefined;
  readonly keepGoing?: boolean;
}

export class ImportQuestion {
  readonly files: readonly File[];
  isOne = $state(false);
  name = $state("");
  /** Pattern on the file names with the groups `rank` and perhaps `replica`; empty for what the names and the traces say. */
  rankFrom = $state("");
  keepGoing = $state(false);
  /** By file, in the order of the files. */
  readonly places: readonly NamedPlace[] = $derived.by(() => {
    const pattern = readPattern(this.rankFrom);
    return this.files.map(({ name }) => (pattern === undefined ? placeFromFileName(name) : placeBy(pattern, name)));
  });
  /** Why the pattern cannot be used, in words. */
  readonly problem: string | undefined = $derived.by(() => {
    if (this.rankFrom === "") return undefined;
    if (readPattern(this.rankFrom) === undefined) return "This is no regular expression with a group called rank.";
    const missed = this.places.findIndex(({ rank }) => rank === undefined);
    return missed < 0 ? undefined : `It finds no rank in “${this.files[missed].name}”.`;
  });
  readonly canImport: boolean = $derived(!this.isOne || (this.problem === undefined && this.name.trim() !== ""));

  constructor({ files, folder }: OfferedFiles) {
    this.files = files.toSorted((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
    this.name = folder ?? commonName(this.files.map(({ name }) => name));
    const ranks = this.files.map(({ name }) => placeFromFileName(name).rank);
    this.isOne = folder !== undefined || (!ranks.includes(undefined) && new Set(ranks).size === ranks.length);
  }

  get options(): TogetherOptions {
    const { keepGoing } = this;
    return { name: this.name.trim(), keepGoing, ...(this.rankFrom === "" ? {} : { rankFrom: this.rankFrom }) };
  }
}

function readPattern(text: string): RegExp | undefined {
  if (!text.includes("(?<rank>")) return undefined;
  try {
    return new RegExp(text, "u");
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function placeBy(pattern: RegExp, name: string): NamedPlace {
  const groups = pattern.exec(name)?.groups ?? {};
  const found = (key: "rank" | "replica") =>
    /^\d{1,6}$/.test(groups[key] ?? "") ? { [key]: Number(groups[key]) } : {};
  return { ...found("rank"), ...found("replica") };
}

/** What the names begin with, without what hangs over: `rank-0.json` and `rank-1.json` are `rank`. */
function commonName(names: readonly string[]): string {
  const [first = ""] = names;
  let length = first.length;
  for (const name of names) while (!name.startsWith(first.slice(0, length))) length--;
  const start = first
    .slice(0, length)
    .replace(/[-_. ]+\d*$/, "")
    .replace(/\.[a-z.]+$/i, "");
  return start === "" ? "job" : start;
}
