/** Cuts long work on the page's thread: what a person does and what arrives is seen to in between. */

/** Resolves in a task of its own. */
export const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
