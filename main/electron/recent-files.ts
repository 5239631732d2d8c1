/** The files that were opened last, newest first: for the menu, and for the system's own lists where it has some. */
import { app } from "electron";
import { z } from "zod";

import type { StoredJson } from "./stored-json.ts";

export interface RecentFiles {
  readonly list: () => readonly string[];
  readonly add: (file: string) => void;
  readonly clear: () => void;
}

const KEPT = 10;
const savedFiles = z.array(z.string()).catch([]);

export function keepRecentFiles(store: StoredJson, onChange: () => void): RecentFiles {
  let files: readonly string[] = savedFiles.parse(store.read()).slice(0, KEPT);
  const change = (next: readonly string[]): void => {
    files = next;
    store.write(files);
    onChange();
  };
  return {
    list: () => files,
    add(file) {
      app.addRecentDocument(file);
      change([file, ...files.filter((other) => other !== file)].slice(0, KEPT));
    },
    clear() {
      app.clearRecentDocuments();
      change([]);
    },
  };
}
