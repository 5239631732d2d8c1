/**
 * Entry of the runner: a process of its own. Under a parent it speaks main/common/runner-api.ts over the parent's channel;
 * started by a person it is a command that writes a trace file.
 */
import { serveParent } from "./serve-parent.ts";
import { runStandalone } from "./standalone.ts";

if (process.send !== undefined) serveParent();
else process.exitCode = await runStandalone(process.argv.slice(2));
