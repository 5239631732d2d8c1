/** Names of the messages between Electron's process and the preload. The page sees none of them: it has `WindowBridge`. */

export const REQUEST_PORT = "pipewave:request-port";
/** Comes with one port. */
export const PORT = "pipewave:port";
export const READY = "pipewave:ready";
/** Comes with the names of the actions that the page can do now. */
export const OFFER = "pipewave:offer";
/** Name and payload of a `HostMessages`. */
export const TELL = "pipewave:tell";
