/**
 * The files that a command line names. A second launch reads its own line and hands over absolute paths, because the first
 * one stands in another folder and Chromium mixes switches of its own among the arguments.
 */
import path from "node:path";

import { z } from "zod";

export interface CommandLine {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** In a checkout the first argument is the application itself. */
  readonly isPackaged: boolean;
}

export function filesOf({ argv, cwd, isPackaged }: CommandLine): string[] {
  const named = argv.slice(isPackaged ? 1 : 2).filter((argument) => argument !== "" && !argument.startsWith("-"));
  return named.map((file) => path.resolve(cwd, file));
}

const handedOver = z.object({ files: z.array(z.string()) }).catch({ files: [] });

/** What a second launch handed over. */
export const filesHandedOver = (data: unknown): readonly string[] => handedOver.parse(data).files;
