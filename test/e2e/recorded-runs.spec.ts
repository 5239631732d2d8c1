/** Recorded traces open as what they are: a pipeline with its stages, replicas and steps, or lanes and a word that says so. */
import { expect, openPage, settle, sharedRun, test } from "./served.ts";

test("the MegatronApp run shows four ranks and sixteen virtual stages, four on each rank", async ({ page, served }) => {
  await openPage(page, served, { run: sharedRun(served, "pp-aggregated.json.gz") });
  const plot = page.getByRole("region", { name: "Wavefront" });
  for (const rank of [0, 1, 2, 3]) await expect(plot.getByText(`rank ${rank}`, { exact: true })).toBeVisible();
  await expect(plot.getByText("rank 4", { exact: true })).toHaveCount(0);

  const network = page.getByRole("complementary", { name: "Network" });
  const list = network.getByRole("listbox", { name: "Stages" });
  await list.focus();
  const ranks: string[] = [];
  for (let stage = 0; stage < 16; stage++) {
    await page.keyboard.press("ArrowDown");
    const selected = list.getByRole("option", { selected: true });
    await expect(selected).toContainText(String(stage));
    await settle(page);
    const facts = page.getByRole("complementary", { name: "Inspector" });
    ranks.push(await facts.getByRole("definition").nth(2).innerText());
  }
  expect(ranks).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3].map(String));
  await page.keyboard.press("ArrowDown");
  await expect(list.getByRole("option", { selected: true })).toContainText("stage 15");
});

test("the StragglerAnalysis run shows two replicas and thirty-two steps", async ({ page, served }) => {
  await openPage(page, served, { run: sharedRun(served, "timeline-ST.json.gz") });
  await expect(page.getByLabel("Replica").getByRole("option")).toHaveText(["0", "1"]);
  await expect(page.getByLabel("Iteration").getByRole("option")).toHaveCount(32);
  await page.getByLabel("Replica").selectOption("1");
  await expect(page.getByRole("heading", { name: /, replica 1$/ })).toBeVisible();
});

test("a batch of it goes forward through all sixteen stages and backward through them again", async ({
  page,
  served,
}) => {
  await openPage(page, served, {
    run: sharedRun(served, "pp-aggregated.json.gz"),
    iteration: "10",
    axis: "stage",
    select: "batch:3:10",
  });
  const way = page.getByRole("complementary", { name: "Inspector" }).locator("tbody tr");
  await expect(way).toHaveCount(32);
  const rows = await way.evaluateAll((all) =>
    all.map((row) => [...row.querySelectorAll("td")].slice(0, 2).map((cell) => cell.innerText.trim())),
  );
  const stages = Array.from({ length: 16 }, (_, stage) => String(stage));
  expect(rows).toEqual([
    ...stages.map((stage) => [stage, "forward"]),
    ...stages.toReversed().map((stage) => [stage, "backward"]),
  ]);
});

test("the headline figures are those of the reference", async ({ page, served }) => {
  await openPage(page, served, { run: sharedRun(served, "pp-aggregated.json.gz"), iteration: "10" });
  const inspector = page.getByRole("complementary", { name: "Inspector" });
  await expect(inspector).toContainText("Iteration 10, replica 0");
  await expect(inspector).toContainText("676.7 ms"); // makespan 676 673 µs
  await expect(inspector).toContainText("43.8 %"); // bubble .43774
  for (const bubble of ["50.3 %", "52.4 %", "51.7 %", "20.6 %"]) await expect(inspector).toContainText(bubble);
});

test("a profiler trace without pipeline names opens as lanes and says so", async ({ page, served }) => {
  await openPage(page, served, { run: sharedRun(served, "alexnet.json.gz") });
  await expect(page.getByText("0 of 868 spans recognised: no pipeline names.")).toBeVisible();
  await expect(page.getByText("Most frequent names")).toBeVisible();
  await expect(page.getByText("cudaLaunchKernel")).toBeVisible();
  await expect(page.getByRole("radiogroup", { name: "Rows" })).toHaveCount(0);
});
