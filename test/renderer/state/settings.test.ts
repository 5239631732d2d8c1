/** What a person chooses about colours and units: kept, followed, and as usual where what was kept cannot be read. */
import { afterEach, expect, test, vi } from "vitest";

import { OP_COLOURS, OP_PALETTES } from "#common/colours.ts";
import { formatDuration } from "#common/format.ts";
import { Settings, settings } from "../../../renderer/state/settings.svelte.ts";
import { opColour, workColour } from "../../../renderer/theme/work-colours.svelte.ts";

function keepIn(entries: Record<string, string>): Record<string, string> {
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => entries[key] ?? null,
    setItem: (key: string, value: string) => (entries[key] = value),
  });
  return entries;
}

/** As on a visit of the page. */
function begin(chosen = new Settings()): Settings {
  chosen.start();
  return chosen;
}

afterEach(() => {
  keepIn({});
  begin(settings);
  vi.unstubAllGlobals();
});

test("what was chosen is there again on the next visit", () => {
  keepIn({});
  const first = begin();
  first.choosePalette("colour-blind");
  first.chooseColour("conv", 0x123456);
  first.chooseUnit("ms");
  const second = begin();
  expect(second.palette).toBe("colour-blind");
  expect(second.opColours).toEqual({ ...OP_PALETTES["colour-blind"], conv: 0x123456 });
  expect(second.unit).toBe("ms");
});

test("another palette takes the place of own colours", () => {
  keepIn({});
  const chosen = begin();
  chosen.chooseColour("fc", 0);
  expect(chosen.hasOwnColours).toBe(true);
  chosen.choosePalette("figure");
  expect([chosen.opColours, chosen.hasOwnColours]).toEqual([OP_COLOURS, false]);
});

test("what cannot be read is as usual, the rest is kept", () => {
  for (const text of ["", "{", "null", "[]", '"x"', '{"palette":"neon","own":{"conv":-1,"fc":"red","x":3}}']) {
    keepIn({ "pipewave.settings": text });
    const read = begin();
    expect([read.palette, read.opColours, read.unit], text).toEqual(["figure", OP_COLOURS, "auto"]);
  }
  keepIn({ "pipewave.settings": '{"unit":"fortnight","own":{"conv":1,"fc":1.5}}' });
  const read = begin();
  expect([read.opColours.conv, read.opColours.fc, read.unit]).toEqual([1, OP_COLOURS.fc, "auto"]);
});

test("the page's colours of work follow the choice in every pass", () => {
  keepIn({});
  begin(settings);
  settings.chooseColour("conv", 0x646464);
  settings.chooseColour("other", 0x0000ff);
  expect(opColour("conv")).toBe(0x646464);
  expect(workColour({ op: "conv", pass: "forward" })).toBe(0x646464);
  expect(workColour({ op: "conv", pass: "backward" })).toBe(0x484848); // 28 % of black
  expect(workColour({ op: "other", pass: "forward" })).toBe(0x0000ff);
});

test("lengths of time follow the chosen unit", () => {
  keepIn({});
  begin(settings);
  const read = () => [0, 42, 11_340_000, 676_673_000, 2_019_167_125].map(formatDuration);
  expect(read()).toEqual(["0 ns", "42 ns", "11.34 ms", "676.7 ms", "2.019 s"]);
  settings.chooseUnit("ms");
  expect(read()).toEqual(["0 ms", "0.00004200 ms", "11.34 ms", "676.7 ms", "2,019.2 ms"]);
  settings.chooseUnit("ns");
  expect(read()).toEqual(["0 ns", "42 ns", "11,340,000 ns", "676,673,000 ns", "2,019,167,125 ns"]);
  settings.chooseUnit("s");
  expect(formatDuration(-2_500_000_000)).toBe("−2.500 s");
});
