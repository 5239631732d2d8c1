/** Views that draw: code of their own, loaded when one is asked for or when there is nothing else to do. */
import { watchPromise } from "../state/activity.ts";

/** Until it is there, and what it shows has begun to load, the page is not idle. */
const watched =
  <View>(load: () => Promise<View>) =>
  (): Promise<View> =>
    watchPromise(load(), document.documentElement);

export const loadRunView = watched(() => import("./run/RunView.svelte"));
export const loadCompareView = watched(() => import("./compare/CompareView.svelte"));
export const loadSimulateView = watched(() => import("./simulate/SimulateView.svelte"));
export const loadLiveRun = watched(() => import("./capture/LiveRun.svelte"));
