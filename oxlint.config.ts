import { defineConfig, type OxlintOverride } from "oxlint";

// The arrows of the layout: who may import whom. Dependencies point downwards only, packages stay at the edge,
// and whatever is not listed here is refused.

const vocabulary = [
  "errors",
  "json",
  "call",
  "call-place",
  "earlier-events",
  "outcome",
  "events",
  "schema",
  "agent",
  "record",
  "hash",
  "text",
  "thrown",
];

interface Arrow {
  readonly files: readonly string[];
  /** What may be imported besides Node's modules, as glob patterns. */
  readonly values: readonly string[];
  /** What may be imported with `import type` only. */
  readonly types: readonly string[];
}

/**
 * A folder may import its own files and what is listed, as seen from `src`; once for the files in it, once for
 * those in a folder of it.
 */
function folder(
  name: string,
  values: readonly string[],
  types: readonly string[] = [],
): readonly Arrow[] {
  const up = (prefix: string, paths: readonly string[]): string[] =>
    paths.map((path) => (path.endsWith(".ts") || path.endsWith("/*") ? `${prefix}${path}` : path));
  return [
    {
      files: [`src/${name}/*.ts`],
      values: ["./*", "./*/*", ...up("../", values)],
      types: up("../", types),
    },
    {
      files: [`src/${name}/*/*.ts`],
      // Not "../*/*": that has "../../index.ts", too.
      values: ["./*", "../*", "../[a-z]*/*", ...up("../../", values)],
      types: up("../../", types),
    },
  ];
}

// Whoever is handed something in by a caller checks it by the tables of check/.
const words = [...vocabulary.map((word) => `${word}.ts`), "check/*"];
const core = [
  "async/*",
  "policy/*",
  "conflict/*",
  "store/*",
  "money/*",
  "limits/*",
  "engine/*",
  "resolve/*",
];
/** What `quorate/learning` brings. The core knows its types alone. */
const learning = ["reliability/*", "experience/*"];
const verdicts = ["conflict/*", "resolve/verdict.ts"];

const arrows: readonly Arrow[] = [
  {
    files: vocabulary.map((word) => `src/${word}.ts`),
    values: [
      ...words.map((word) => `./${word}`),
      "./async/*",
      ...["batch", "cache", "limits", "tier"].map((one) => `./policy/${one}.ts`),
      "./limits/lane.ts",
      "./money/bound.ts",
      "./money/budget.ts",
    ],
    types: [
      "./conflict/*",
      "./reliability/reliability.ts",
      "./resolve/verdict.ts",
      "@standard-schema/spec",
    ],
  },
  ...folder("check", ["errors.ts", "text.ts", "async/*"]),
  ...folder("async", words),
  ...folder("prompt", words),
  ...folder("policy", [...words, "async/*"]),
  ...folder("conflict", [...words, "prompt/*", "async/*"]),
  ...folder("reliability", [...words, "async/*", "conflict/*"]),
  ...folder("store", [...words, "async/clock.ts", "async/hear.ts"]),
  ...folder("money", [...words, "async/*", "policy/*", "store/values.ts"]),
  ...folder("limits", [...words, "async/*", "policy/*", "money/*", "store/values.ts"]),
  ...folder(
    "engine",
    [...words, "async/*", "policy/*", "conflict/*", "store/*", "money/*", "limits/*"],
    ["reliability/reliability.ts", "resolve/verdict.ts"],
  ),
  ...folder(
    "resolve",
    [
      ...words,
      "async/*",
      "policy/*",
      "conflict/*",
      "reliability/interval.ts",
      "engine/*",
      "prompt/*",
    ],
    ["reliability/reliability.ts", "store/values.ts"],
  ),
  ...folder(
    "learning",
    [...words, "conflict/*", ...learning, "resolve/support.ts", "resolve/words.ts"],
    ["resolve/link.ts"],
  ),
  ...folder("audit", ["resolve/judge/*"]),
  ...folder("similar", ["conflict/*"]),
  ...folder("experience", [
    ...words,
    "async/hear.ts",
    "conflict/*",
    "reliability/*",
    "store/*",
    "resolve/link.ts",
    "resolve/verdict.ts",
  ]),
  ...folder("supervisor", [...words, ...core], ["reliability/reliability.ts"]),
  ...folder(
    "report",
    [...words, "conflict/claim.ts"],
    ["conflict/conflict.ts", "resolve/verdict.ts"],
  ),
  ...folder("sqlite", [...words, "async/clock.ts", "async/hear.ts", "store/*"]),
  ...folder(
    "ai-sdk",
    [...words, "async/hear.ts", "policy/limits.ts", "prompt/*", "resolve/judge/judge.ts", "ai"],
    ["conflict/embedding.ts", "money/bound.ts", "resolve/link.ts", "resolve/judge/question.ts"],
  ),
  ...folder("command", [
    ...words,
    "async/hear.ts",
    "conflict/claim.ts",
    "conflict/finding-details.ts",
    "policy/limits.ts",
    "prompt/*",
    "execa",
  ]),
  ...folder("testing", [...words, ...core, "supervisor/*"]),
  ...folder(
    "cli",
    [
      "index.ts",
      "audit/index.ts",
      "learning/index.ts",
      "call-place.ts",
      "errors.ts",
      "text.ts",
      "limits/deadlock.ts",
      "supervisor/*",
      "sqlite/*",
      "report/*",
      "commander",
      "listr2",
    ],
    [
      ...words.filter((word) => !["call-place.ts", "errors.ts", "text.ts"].includes(word)),
      ...verdicts,
      "store/store.ts",
    ],
  ),
  {
    files: ["src/index.ts"],
    values: [
      "./*",
      ...[...core, "resolve/judge/*", "supervisor/*", "supervisor/*/*"].map((path) => `./${path}`),
    ],
    types: learning.map((path) => `./${path}`),
  },
];

function refuseOthers({ files, values, types }: Arrow): OxlintOverride {
  const allowed = ["node:*", "node:*/*", ...values, ...types].map((path) => `!${path}`);
  const others = { group: ["*", "**/*", ...allowed], message: `Not below ${files.join(", ")}.` };
  const typesOnly = types.map((path) => ({
    // Not a glob: what another pattern lets through is not looked at again.
    regex: `^${path.replaceAll(".", String.raw`\.`).replace("*", "[^/]+")}$`,
    allowTypeImports: true,
    message: "Only its types may be imported here.",
  }));
  const patterns = [...typesOnly, others];
  return { files: [...files], rules: { "no-restricted-imports": ["error", { patterns }] } };
}

export default defineConfig({
  plugins: ["typescript", "unicorn", "oxc", "import", "promise", "vitest"],
  options: { typeAware: true, denyWarnings: true, reportUnusedDisableDirectives: "error" },
  categories: { correctness: "error" },
  ignorePatterns: ["dist/", "examples/**/data/"],
  rules: {
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/switch-exhaustiveness-check": [
      "error",
      { considerDefaultExhaustiveForUnions: true },
    ],
    "typescript/only-throw-error": "error",
    "typescript/no-explicit-any": "error",
    "typescript/no-non-null-assertion": "error",
    "typescript/consistent-type-imports": "error",
    "typescript/no-misused-spread": ["error", { allow: ["string"] }],
    // Blind to the typeof checks before it.
    "typescript/no-base-to-string": "off",
    // Takes an array of `T | Promise<T>` for one without promises.
    "typescript/await-thenable": "off",
    // State lives in closures here: taking a method off its object loses nothing.
    "typescript/unbound-method": "off",
    "import/no-cycle": "error",
    "unicorn/filename-case": ["error", { case: "kebabCase" }],
    // Contract suites name and check their cases in one place, and hand them to the runner.
    "vitest/expect-expect": "off",
    "vitest/valid-title": "off",
    "vitest/no-conditional-expect": "off",
    "unicorn/no-new-array": "off",
    eqeqeq: "error",
    "no-var": "error",
    "prefer-const": "error",
  },
  overrides: [
    {
      files: ["src/**"],
      rules: { "import/no-default-export": "error", "max-lines": ["error", { max: 400 }] },
    },
    { files: ["test/**/*.test-d.ts"], rules: { "no-unused-expressions": "off" } },
    ...arrows.map(refuseOthers),
  ],
});
