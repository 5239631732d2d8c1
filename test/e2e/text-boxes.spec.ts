/** The check for unreadable text is itself checked: it must see what it is there to see, and only that. */
import { findTextProblems } from "../support/text-boxes.ts";
import { expect, test } from "./in-chromium.ts";

const page = (body: string) =>
  `<!doctype html><style>body { margin: 0; font: 16px monospace } div { position: absolute }</style>${body}`;

test.describe("the check for unreadable text finds", () => {
  for (const { name, body, problem } of [
    {
      name: "text cut off at the side",
      body: '<div style="width: 40px; overflow: hidden; white-space: nowrap">far too long</div>',
      problem: "is cut off at a side",
    },
    {
      name: "text cut off below",
      body: '<div style="height: 8px; overflow: hidden">tall</div>',
      problem: "is cut off above or below",
    },
    {
      name: "text that lies over other text",
      body: '<div style="top: 10px">one two</div><div style="top: 12px; left: 30px">three</div>',
      problem: "lies over",
    },
    {
      name: "text that reaches out of the window",
      body: '<div style="left: calc(100vw - 30px); white-space: nowrap">out of sight</div>',
      problem: "reaches out of the window",
    },
    {
      name: "an ellipsis without a way to read the rest",
      body: '<div style="width: 40px; overflow: hidden; white-space: nowrap; text-overflow: ellipsis">far too long</div>',
      problem: "is cut off at a side",
    },
  ]) {
    test(name, async ({ page: tab }) => {
      await tab.setContent(page(body));
      expect(await findTextProblems(tab)).toEqual([expect.stringContaining(problem)]);
    });
  }
});

test("the check for unreadable text accepts scrolling, ellipses with a title, and text for screen readers", async ({
  page: tab,
}) => {
  await tab.setContent(
    page(`
      <div style="height: 30px; width: 90px; overflow: auto">a<br>b<br>c<br>d</div>
      <div title="far too long" style="top: 60px; width: 40px; overflow: hidden; white-space: nowrap; text-overflow: ellipsis">far too long</div>
      <div style="top: 60px; clip-path: inset(50%)">for readers</div>
      <div style="top: 90px">one</div><div style="top: 110px">two</div>`),
  );
  expect(await findTextProblems(tab)).toEqual([]);
});
