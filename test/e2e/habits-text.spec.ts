/** No text overlaps or is cut off in palette, settings, docks, notes and search, at both window sizes, light and dark. */
import { findTextProblems } from "../support/text-boxes.ts";
import { expect, FIGURE_FILE, openPage, settle, test } from "./served.ts";

for (const viewport of [
  { width: 1440, height: 900 },
  { width: 1024, height: 700 },
]) {
  for (const colorScheme of ["light", "dark"] as const) {
    test.describe(`at ${viewport.width} × ${viewport.height}, ${colorScheme}`, () => {
      test.use({ viewport, colorScheme });

      test("what lies over and below a run", async ({ page, own }) => {
        await openPage(page, own, { run: own.runs[FIGURE_FILE] ?? "", axis: "rank", columns: "time" });
        for (const { key, name } of [
          { key: "Control+k", name: "Commands" },
          { key: "Control+,", name: "Settings" },
        ]) {
          await page.keyboard.press(key);
          await expect(page.getByRole("dialog", { name })).toBeVisible();
          expect(await findTextProblems(page), name).toEqual([]);
          await page.keyboard.press("Escape");
          await expect(page.getByRole("dialog")).toHaveCount(0);
        }
        await page.keyboard.press("m");
        await page.getByRole("textbox", { name: "Text of the note" }).fill("waits for the loader ".repeat(12));
        expect(await findTextProblems(page), "note").toEqual([]);
        await page.keyboard.press("Control+Enter");
        await expect(page.getByRole("button", { name: /^Note: waits/ })).toBeVisible();
        await page.keyboard.press("Shift+M");
        await page.keyboard.press("/");
        await page.getByRole("search").getByRole("textbox").fill("conv");
        await page.keyboard.press("Enter");
        await settle(page);
        expect(await findTextProblems(page), "notes and search").toEqual([]);
        await page.keyboard.press("Escape");
        await page.getByRole("button", { name: "Close Notes" }).click();
        const box = await page.getByRole("application").boundingBox();
        if (box === null) throw new Error("the plot has no box");
        await page.keyboard.down("Shift");
        await page.mouse.move(box.x + box.width * 0.2, box.y + 4);
        await page.mouse.down();
        await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.6, { steps: 3 });
        await page.mouse.up();
        await page.keyboard.up("Shift");
        await settle(page);
        await expect(page.getByRole("region", { name: "Area", exact: true })).toBeVisible();
        expect(await findTextProblems(page), "area").toEqual([]);
        await page.keyboard.press("q");
        await page.getByRole("button", { name: "Run", exact: true }).click();
        await settle(page);
        await expect(page.getByRole("region", { name: "Answer" })).toBeVisible();
        expect(await findTextProblems(page), "sql").toEqual([]);
      });
    });
  }
}
