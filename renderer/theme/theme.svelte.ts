/**
 * Light or dark: follows the system until a person chooses, and remembers the choice.
 *
 * One document has one theme, so there is one instance: `theme.name` is what is on screen now, also as `data-theme` of the
 * root element for CSS. Without storage (a private window may refuse it) the choice lasts as long as the page.
 */
import { recall, remember } from "../state/storage.ts";
import type { ThemeName } from "#common/colours.ts";

export type ThemeChoice = "system" | ThemeName;

const STORAGE_KEY = "theme";

const NEXT: Readonly<Record<ThemeChoice, ThemeChoice>> = { system: "light", light: "dark", dark: "system" };

class Theme {
  choice = $state<ThemeChoice>("system");
  #systemIsDark = $state(false);

  /** The theme on screen. */
  get name(): ThemeName {
    if (this.choice !== "system") return this.choice;
    return this.#systemIsDark ? "dark" : "light";
  }

  /** Reads the remembered choice, follows the system, and marks the document. Called once, before anything is mounted. */
  start(): void {
    const system = matchMedia("(prefers-color-scheme: dark)");
    this.#systemIsDark = system.matches;
    system.addEventListener("change", ({ matches }) => {
      this.#systemIsDark = matches;
      this.#mark();
    });
    const remembered = recall(STORAGE_KEY);
    if (remembered === "light" || remembered === "dark") this.choice = remembered;
    this.#mark();
  }

  choose(choice: ThemeChoice): void {
    this.choice = choice;
    remember(STORAGE_KEY, choice);
    this.#mark();
  }

  /** The choice after this one, in the order of the theme button. */
  next(): void {
    this.choose(NEXT[this.choice]);
  }

  #mark(): void {
    document.documentElement.dataset["theme"] = this.name;
  }
}

export const theme = new Theme();
