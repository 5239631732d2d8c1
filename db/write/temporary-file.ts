/**
 * Where a run file lies while it is written: beside its target, under a name that says who writes it, so that the remains
 * of a killed process are found and removed. Renaming onto the target is the only way to get there.
 */
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";

import { AppError } from "#common/errors.ts";

/** `.<target's name>.<host>-<pid>-<number>.writing`. The host is there because clusters share folders between machines. */
const TEMPORARY_NAME = /^\..+\.([^.]+)-(\d+)-[0-9a-z]+\.writing$/;

const host = hostname().replaceAll(/[^A-Za-z0-9]/g, "_");

export function temporaryPathFor(target: string): string {
  const unique = Math.random().toString(36).slice(2, 10).padEnd(8, "0");
  return path.join(path.dirname(target), `.${path.basename(target)}.${host}-${process.pid}-${unique}.writing`);
}

/** True for the name of a run file that is still being written, or whose writer died. */
export function isTemporaryName(name: string): boolean {
  return TEMPORARY_NAME.test(name);
}

/** @throws AppError file-exists */
export function refuseExisting(target: string): void {
  if (!existsSync(target)) return;
  throw new AppError({
    code: "file-exists",
    what: "the file exists already",
    where: { file: target },
    todo: "choose another name, or say that it may be replaced",
  });
}

/** Writes a finished file's bytes to the disk, then puts it at its target in one step. */
export function publish({ temporary, target }: { temporary: string; target: string }): void {
  flush(temporary);
  renameSync(temporary, target);
  // Windows cannot open folders, and does not need to: the rename is journalled.
  if (process.platform !== "win32") flush(path.dirname(target));
}

export function flush(file: string): void {
  const descriptor = openSync(file, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

export function removeTemporary(temporary: string): void {
  rmSync(temporary, { force: true });
  rmSync(`${temporary}-journal`, { force: true });
}

/**
 * Removes what killed writers of this machine left in a folder, and gives the paths. Files of live processes stay, and of
 * this process those younger than it.
 */
export function removeStaleFiles(folder: string): string[] {
  const removed: string[] = [];
  for (const name of readdirSync(folder)) {
    const match = TEMPORARY_NAME.exec(name);
    if (match?.[1] !== host) continue;
    const file = path.join(folder, name);
    if (!isWriterGone(Number(match[2]), file)) continue;
    removeTemporary(file);
    removed.push(file);
  }
  return removed;
}

function isWriterGone(pid: number, file: string): boolean {
  // Containers give every start the same pid, so our own number alone does not make a file ours.
  if (pid === process.pid) return statSync(file).mtimeMs < Date.now() - process.uptime() * 1000;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}
