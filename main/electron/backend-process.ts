/**
 * Entry of the utility process in which the desktop's backend will live, so that neither a long read nor a crash touches
 * the window. Not started yet: until the MessagePort to the renderer exists it answers any message by refusing it.
 */
process.parentPort.on("message", () => {
  process.parentPort.postMessage({ error: "The desktop backend does not exist yet: use `pipewave serve`." });
});
