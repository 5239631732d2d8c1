/** A person's way from the files of a job with invented names to a pipeline: one run, rules written in the window, kept as a file. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { simulateSkewedJob, writeRankTrace } from "../support/skewed-job.ts";
import { expect, openPage, settle, test } from "./served.ts";

const RIGHT = { offsetNs: 0, ppm: 0 };

/** Rank files whose names tell no rank, with names that no built-in rule knows. */
function writeInvented(folder: string): string[] {
  const job = {
    ranks: 3,
    batches: 6,
    iterations: 3,
    seed: 11,
    clocks: [RIGHT, { offsetNs: 3_000_000, ppm: 20 }, RIGHT],
    forwardNs: 240_000,
    backwardNs: 240_000,
    jitterNs: 20_000,
  };
  const spans = simulateSkewedJob(job);
  mkdirSync(folder, { recursive: true });
  return [0, 1, 2].map((rank) => {
    const text = writeRankTrace(job, spans, rank)
      .replaceAll(
        /PP:(\d)(F|B)(\d+)/g,
        (_, stage, pass, batch) => `mb_${batch}/${pass === "F" ? "fwd" : "bwd"}@block${stage}`,
      )
      .replaceAll(
        /PP:\d(SEND|RECV)_(F|B)(\d+)/g,
        (_, way: string, pass, batch) => `p2p/${way.toLowerCase()}/${pass}/${batch}`,
      )
      .replaceAll(/"distributedInfo":\{[^}]*\},/g, "");
    const file = path.join(folder, `host-${"abc"[rank]}-gpu${rank}.json`);
    writeFileSync(file, text);
    return file;
  });
}

test("three files become one run, and rules written in the window make a pipeline of it", async ({ page, empty }) => {
  test.setTimeout(120_000);
  const files = writeInvented(path.join(empty.folder, "job"));
  await openPage(page, empty);
  await page.locator('input[type="file"]').last().setInputFiles(files);

  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("heading", { name: "3 files: one run, or several?" })).toBeVisible();
  await dialog.getByText("One run", { exact: true }).click();
  await dialog.getByRole("textbox", { name: "Name" }).fill("invented");
  const pattern = dialog.getByRole("textbox", { name: "Rank from" });
  await pattern.fill(String.raw`gpx(?<rank>\d)`);
  await expect(dialog.getByText(/finds no rank/)).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Import as one run" })).toBeDisabled();
  await pattern.fill(String.raw`gpu(?<rank>\d)`);
  await expect(dialog.getByText("rank 2")).toBeVisible();
  await dialog.getByRole("button", { name: "Import as one run" }).click();

  const strip = page.getByRole("status").filter({ hasText: "no pipeline names" });
  await expect(strip).toBeVisible({ timeout: 30_000 });
  await strip.getByRole("button", { name: "Rules…" }).click();
  const rules = page.getByRole("region", { name: "Rules", exact: true });
  await rules.getByRole("button", { name: /^mb_#\/fwd@block#/ }).click();
  const matches = rules.getByRole("region", { name: "What the rule recognises" });
  await expect(matches.getByRole("heading")).toHaveText("Recognises 108 spans of the sample");
  await expect(matches.getByRole("row").nth(1)).toContainText("forward");

  await rules.getByRole("button", { name: /^p2p\/send\/F\/#/ }).click();
  await rules
    .getByRole("textbox", { name: "Pattern", exact: true })
    .fill(String.raw`^p2p/(?<phase>send|recv)/(?<pass>F|B)/(?<batch>\d+)$`);
  await rules.getByLabel("Where phase comes from").selectOption("group");
  await rules.getByLabel("Words of phase").fill("send=out, recv=into");
  await expect(rules.getByRole("alert")).toContainText('"into" is no phase');
  await expect(rules.getByRole("button", { name: "Recognise the run again" })).toBeDisabled();
  await rules.getByLabel("Words of phase").fill("send=out, recv=in");
  await rules.getByLabel("Where pass comes from").selectOption("group");
  await rules.getByLabel("Words of pass").fill("F=forward, B=backward");
  await expect(rules.getByText("252 of 252 spans recognised")).toBeVisible();

  const download = page.waitForEvent("download");
  await rules.getByRole("button", { name: "Save as file" }).click();
  const saved = path.join(empty.folder, "rules.json");
  await (await download).saveAs(saved);
  expect(
    (JSON.parse(readFileSync(saved, "utf8")) as { rules: { name: string }[] }).rules.map(({ name }) => name),
  ).toEqual(["my-rule", "my-rule-2"]);

  await rules.getByRole("button", { name: "Recognise the run again" }).click();
  await expect(page.getByRole("heading", { name: "invented, own rules" })).toBeVisible({ timeout: 30_000 });
  await settle(page);
  const inspector = page.getByRole("complementary", { name: "Inspector" });
  await expect(inspector.getByRole("heading", { name: /Iteration \d, replica 0/ })).toBeVisible();
  // Now that rules tell the messages, the clock that was wrong is right, and how exact it is can be said.
  await expect(inspector.getByText(/^Clock: ± /).first()).toBeVisible();

  // The rules stay with the run, and the file gives them to another one.
  await inspector.getByRole("button", { name: "Rules…" }).click();
  await expect(rules.getByRole("button", { name: /^my-rule 108/ })).toBeVisible();
  await rules.getByRole("button", { name: "Remove this rule" }).click();
  await rules.locator('input[type="file"]').setInputFiles(saved);
  await expect(rules.getByText("252 of 252 spans recognised")).toBeVisible();
});
