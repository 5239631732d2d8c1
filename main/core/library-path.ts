/**
 * Where runs are kept when nobody says otherwise: the person's own data folder, by the rules of each system.
 */
import { homedir } from "node:os";
import path from "node:path";

/** `PIPEWAVE_LIBRARY` wins; then the system's place for a person's data. */
export function defaultLibraryPath(
  { env, platform, home }: { env: NodeJS.ProcessEnv; platform: NodeJS.Platform; home: string } = {
    env: process.env,
    platform: process.platform,
    home: homedir(),
  },
): string {
  const { PIPEWAVE_LIBRARY: chosen, XDG_DATA_HOME: data, LOCALAPPDATA: local } = env;
  if (chosen !== undefined && chosen !== "") return path.resolve(chosen);
  if (platform === "darwin") return path.join(home, "Library", "Application Support", "Pipewave", "library");
  if (platform === "win32") return path.join(local ?? path.join(home, "AppData", "Local"), "Pipewave", "library");
  // A relative XDG_DATA_HOME is to be ignored, says the XDG Base Directory Specification.
  const base = data !== undefined && path.isAbsolute(data) ? data : path.join(home, ".local", "share");
  return path.join(base, "pipewave", "library");
}
