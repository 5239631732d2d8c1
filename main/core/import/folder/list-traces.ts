/** From what a person names to the files of one run: folders give what lies in them, in the order of their names. Opens no file. */
import { readdirSync, statSync } from "node:fs";
import path from "node:path";

import { AppError } from "#common/errors.ts";
import { whileReading } from "../../file-errors.ts";

export interface ListedTrace {
  readonly path: string;
  /** Name with as much of the path as tells it from the others. */
  readonly name: string;
  /** Found in a folder, where other things may lie as well; a file that a person named must be a trace. */
  readonly isFound: boolean;
  readonly sizeBytes: number;
}

/** More ranks than any job has; a home folder named by mistake has more files. */
const MOST_FILES = 20_000;

/** What lies in folders of traces without being one, by name: run files, and what starts with a dot. */
const NO_TRACE = /^\.|\.pipewave$/;

const natural = new Intl.Collator("en", { numeric: true });

/** @throws AppError file-not-found, file-unreadable, file-empty (a folder without files), too-large */
export function listTraces(given: readonly string[]): readonly ListedTrace[] {
  const found = given.flatMap((one) => {
    const stat = whileReading(one, () => statSync(one));
    if (!stat.isDirectory()) return [{ path: one, isFound: false, sizeBytes: stat.size }];
    const inside = listFolder(one);
    if (inside.length > 0) return inside.map((file) => ({ ...file, isFound: true }));
    throw new AppError({
      code: "file-empty",
      what: "the folder holds no files",
      where: { file: one },
      todo: "choose the folder that holds the traces of the ranks",
    });
  });
  if (found.length > MOST_FILES) {
    throw new AppError({
      code: "too-large",
      what: `${found.length} files are more than the ${MOST_FILES} that one run may have`,
      todo: "choose the folder that holds the traces of the ranks and nothing else",
    });
  }
  const names = nameApart(found.map(({ path: file }) => file));
  return found.map((file, index) => ({ ...file, name: names[index] }));
}

function listFolder(folder: string): { path: string; sizeBytes: number }[] {
  const names = whileReading(folder, () => readdirSync(folder, { recursive: true, withFileTypes: true }));
  return names
    .filter((entry) => entry.isFile() && !NO_TRACE.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter(
      (file) =>
        !path
          .relative(folder, file)
          .split(path.sep)
          .some((part) => part.startsWith(".")),
    )
    .map((file) => ({ path: file, sizeBytes: whileReading(file, () => statSync(file).size) }))
    .toSorted((a, b) => natural.compare(a.path, b.path));
}

/** The shortest ends of the paths that are all different, the same number of folders for all. */
function nameApart(files: readonly string[]): readonly string[] {
  const parts = files.map((file) => path.resolve(file).split(path.sep));
  const longest = Math.max(...parts.map(({ length }) => length));
  for (let count = 1; count < longest; count++) {
    const names = parts.map((part) => part.slice(-count).join("/"));
    if (new Set(names).size === names.length) return names;
  }
  return files.map((file, index) => `${path.basename(file)} (${index + 1})`);
}
