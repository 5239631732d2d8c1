/** The lint rules: typescript-eslint's strictest type-checked sets, plus the house's own rules (DESIGN: no barrels, no default enums, files of one reason). */
import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import { defineConfig } from "eslint/config";
import ts from "typescript-eslint";

import svelteConfig from "./renderer/svelte.config.js";

const houseRules = {
  "max-lines": ["error", { max: 400 }],
  "no-empty": ["error", { allowEmptyCatch: false }],
  eqeqeq: "error",
  curly: ["error", "multi-line"],
  "no-console": "error",
  "no-restricted-syntax": [
    "error",
    { selector: "ExportAllDeclaration", message: "No barrel files: import from the file that defines it." },
    { selector: "TSEnumDeclaration", message: "Node runs this TypeScript as it is: use a union of literals." },
    { selector: "TSParameterProperty", message: "Node runs this TypeScript as it is: declare the field." },
  ],
};

const typedRules = {
  "@typescript-eslint/dot-notation": ["error", { allowIndexSignaturePropertyAccess: true }],
  "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "separate-type-imports" }],
  "@typescript-eslint/naming-convention": [
    "error",
    { selector: "interface", format: ["PascalCase"], custom: { regex: "^I[A-Z]", match: false } },
    { selector: ["class", "typeAlias", "typeParameter"], format: ["PascalCase"] },
  ],
  "@typescript-eslint/no-confusing-void-expression": [
    "error",
    { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
  ],
  "@typescript-eslint/no-misused-spread": ["error", { allow: ["string"] }],
  // Without noUncheckedIndexedAccess (tsconfig.base.json says why) it calls the check of a missing element unnecessary.
  "@typescript-eslint/no-unnecessary-condition": "off",
  "@typescript-eslint/non-nullable-type-assertion-style": "off", // it asks for the `!` that no-non-null-assertion forbids
  "@typescript-eslint/no-unused-vars": [
    "error",
    {
      args: "all",
      argsIgnorePattern: "^_",
      varsIgnorePattern: "^_",
      caughtErrorsIgnorePattern: "^_",
      ignoreRestSiblings: true,
    },
  ],
  "@typescript-eslint/prefer-for-of": "off", // index loops over columns are the point
  "@typescript-eslint/restrict-plus-operands": ["error", { allowNumberAndString: true }],
  "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
  "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
};

export default defineConfig(
  { ignores: ["out/", "dist/", "coverage/", "test-results/", "node_modules/", "test/fixtures/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  {
    files: ["**/*.ts", "**/*.svelte"],
    extends: [ts.configs.strictTypeChecked, ts.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname, extraFileExtensions: [".svelte"] },
    },
    rules: typedRules,
  },
  svelte.configs.recommended,
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig }, globals: globals.browser },
    rules: {
      "prefer-const": "off",
      "svelte/prefer-const": ["error", { excludedRunes: ["$props", "$derived"] }],
      "no-undef": "off", // the type checker knows
    },
  },
  {
    files: ["renderer/**/*.svelte"],
    rules: {
      // In markup the parser types event and snippet parameters as `any`; svelte-check knows their types and checks them.
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      // dependency-cruiser reads components after compilation, when type imports are gone: this wall is kept here.
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              regex: "^(\\.\\./)+(main|db|native-runner|test)/",
              message: "The renderer imports main/common (#common/) only.",
            },
            { regex: "^(electron|node:.*)$", message: "The renderer is a web page." },
          ],
        },
      ],
    },
  },
  {
    files: ["**/*.svelte.ts"],
    rules: {
      "svelte/prefer-svelte-reactivity": "off", // state classes keep Maps and Sets that nobody watches, on purpose
    },
  },
  { rules: houseRules },
  {
    files: ["main/cli/**", "main/headless/**", "native-runner/**", "test/**"],
    rules: { "no-console": "off" },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      "@typescript-eslint/unbound-method": "off", // expect(spy.method) is how spies are read
      "no-empty-pattern": ["error", { allowObjectPatternsAsParameters: true }], // Playwright reads a fixture's needs from its pattern
    },
  },
  {
    files: ["**/*.js", "**/*.mjs", "**/*.cjs"],
    languageOptions: { globals: globals.node },
  },
);
