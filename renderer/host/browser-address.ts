/** The part of the address after `#`, read and written without loading anything. Everything before it stays as it is. */
import type { AddressBar } from "../state/session.svelte.ts";

const withHash = (hash: string) => `${location.pathname}${location.search}${hash}`;

export const browserAddress: AddressBar = {
  read: () => location.hash,
  push(hash) {
    if (location.hash !== hash) history.pushState(null, "", withHash(hash));
  },
  replace(hash) {
    if (location.hash !== hash) history.replaceState(null, "", withHash(hash));
  },
};
