/** What the help shows of keys and gestures: made from the list of actions, so that it cannot say anything else than they do. */
import { ACTION_GROUPS, ACTION_IDS, describeAction } from "#common/actions.ts";
import { GESTURES, keyText } from "../../state/actions.ts";

interface KeyEntry {
  readonly keys: readonly string[];
  readonly does: string;
}

export function keyGroups(system: { mac: boolean }): readonly { title: string; entries: readonly KeyEntry[] }[] {
  return ACTION_GROUPS.map((group) => ({
    title: group,
    entries: [
      ...ACTION_IDS.flatMap((id): KeyEntry[] => {
        const { group: own, title, keys, withShift } = describeAction(id);
        if (own !== group || keys === undefined) return [];
        const does = withShift === undefined ? title : `${title}; with Shift ${withShift}`;
        return [{ keys: keys.map((key) => keyText(key, system)), does }];
      }),
      ...(GESTURES[group] ?? []),
    ],
  }));
}
