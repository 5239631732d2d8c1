/** Whether keys are called ⌘ and ⌥ here. Only for words: every chord works with Ctrl and with ⌘ on every system. */
export const isMac: boolean = /Mac|iPhone|iPad/.test(globalThis.navigator?.userAgent ?? "");
