/**
 * Finds text that a person cannot read: cut off by a box around it, out of the window, or lying over other text. Works on
 * DOM boxes in the page, so it knows nothing of text that is drawn into a canvas.
 *
 * Allowed: text scrolled out of a box that scrolls; a name cut with an ellipsis whose full text is in a `title`; text for
 * screen readers only. While a modal dialog is open only the dialog is looked at.
 */
import type { Page } from "playwright/test";

/** Each problem in words; empty when everything can be read. */
export function findTextProblems(page: Page): Promise<string[]> {
  return page.evaluate(collectProblems);
}

/** Runs in the page: everything it needs is inside. */
function collectProblems(): string[] {
  const SLACK_PX = 1.5;
  interface Box {
    left: number;
    top: number;
    right: number;
    bottom: number;
  }
  interface TextBox {
    text: string;
    element: Element;
    box: Box;
  }
  const problems: string[] = [];
  const root = document.querySelector("dialog[open]") ?? document.body;
  const nameOf = (element: Element) =>
    `<${element.tagName.toLowerCase()} class="${element.getAttribute("class") ?? ""}">`;
  const isEmpty = ({ left, top, right, bottom }: Box) => right - left < 0.5 || bottom - top < 0.5;

  function ancestors(element: Element): Element[] {
    const list: Element[] = [];
    for (let at: Element | null = element; at !== null; at = at.parentElement) list.push(at);
    return list;
  }

  function isForReadersOnly(element: Element): boolean {
    return ancestors(element).some((one) => {
      const style = getComputedStyle(one);
      return style.clipPath === "inset(50%)" || style.visibility === "hidden" || style.opacity === "0";
    });
  }

  const hasEllipsis = (element: Element) =>
    getComputedStyle(element).textOverflow === "ellipsis" &&
    ancestors(element).some((one) => (one.getAttribute("title") ?? "") !== "");

  /** What is left of a box after every clipping ancestor; problems are noted on the way. */
  function visiblePart({ text, element, box }: TextBox): Box | undefined {
    let part = { ...box };
    for (const one of ancestors(element)) {
      const style = getComputedStyle(one);
      if (style.overflowX === "visible" && style.overflowY === "visible") continue;
      const clip = one.getBoundingClientRect();
      const cutX = part.left < clip.left - SLACK_PX || part.right > clip.right + SLACK_PX;
      const cutY = part.top < clip.top - SLACK_PX || part.bottom > clip.bottom + SLACK_PX;
      const scrolls = (overflow: string) => overflow === "auto" || overflow === "scroll";
      if (cutX && !scrolls(style.overflowX) && !hasEllipsis(one)) {
        problems.push(`“${text}” in ${nameOf(element)} is cut off at a side by ${nameOf(one)}`);
        return undefined;
      }
      if (cutY && !scrolls(style.overflowY)) {
        problems.push(`“${text}” in ${nameOf(element)} is cut off above or below by ${nameOf(one)}`);
        return undefined;
      }
      part = {
        left: Math.max(part.left, clip.left),
        top: Math.max(part.top, clip.top),
        right: Math.min(part.right, clip.right),
        bottom: Math.min(part.bottom, clip.bottom),
      };
      if (isEmpty(part)) return undefined;
    }
    if (part.left < -SLACK_PX || part.right > innerWidth + SLACK_PX || part.bottom > innerHeight + SLACK_PX) {
      problems.push(`“${text}” in ${nameOf(element)} reaches out of the window`);
    }
    return part;
  }

  /** Something opaque lies over it, on purpose: a notice, a menu. Text over text covers nothing. */
  function isCovered(element: Element, { left, top, right, bottom }: Box): boolean {
    if (getComputedStyle(element).pointerEvents === "none") return false;
    const on = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    if (on === null || on.contains(element) || element.contains(on)) return on === null;
    const own = new Set(ancestors(element));
    return ancestors(on).some((one) => !own.has(one) && !isTransparent(getComputedStyle(one).backgroundColor));
  }

  const isTransparent = (colour: string) => colour === "transparent" || /[,/]\s*0(?:\.0+)?\)$/.test(colour);

  const shown: TextBox[] = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const text = (node.textContent ?? "").trim();
    const element = node.parentElement;
    if (text === "" || element === null || isForReadersOnly(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const { left, top, right, bottom } of range.getClientRects()) {
      const box = { left, top, right, bottom };
      if (isEmpty(box)) continue;
      const part = visiblePart({ text, element, box });
      if (part !== undefined && !isCovered(element, part)) shown.push({ text, element, box: part });
    }
  }

  for (const [i, a] of shown.entries()) {
    for (const b of shown.slice(i + 1)) {
      const width = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const height = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      // Lines of text touch: their boxes are taller than their letters.
      if (width > SLACK_PX && height > 4 && a.element !== b.element) {
        problems.push(`“${a.text}” in ${nameOf(a.element)} lies over “${b.text}” in ${nameOf(b.element)}`);
      }
    }
  }
  return [...new Set(problems)];
}
