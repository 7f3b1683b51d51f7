import { defineConfig, type OxlintOverride } from "oxlint";

// The arrows of the layout: who may import whom. Dependencies point downwards only, packages stay at the edge,
// and whatever is not listed here is refused.

const vocabulary = ["errors", "json", "call", "outcome", "events", "schema", "agent"];

interface Arrow {
  /** The files the rule is about. */
  readonly files: readonly string[];
  /** What may be imported besides Node's modules, as glob patterns. */
  readonly values: readonly string[];
  /** What may be imported with `import type` only. */
  readonly types?: readonly string[];
}

/** A folder: it may import its own files, the vocabulary, and the files of the folders below it. */
function folder(name: string, below: readonly string[], types: readonly string[] = []): Arrow {
  const values = ["./*", ...words, ...below.map((other) => `../${other}/*`)];
  return { files: [`src/${name}/**`], values, types };
}

const words = vocabulary.map((word) => `../${word}.ts`);
const verdicts = ["../conflict/*", "../resolve/verdict.ts"];
const core = ["async", "policy", "conflict", "store", "engine", "resolve", "supervisor"];

const arrows: readonly Arrow[] = [
  {
    files: vocabulary.map((word) => `src/${word}.ts`),
    values: [...vocabulary.map((word) => `./${word}.ts`), "./async/*", "./policy/limits.ts"],
    types: ["./conflict/*", "./resolve/verdict.ts", "@standard-schema/spec"],
  },
  folder("async", []),
  folder("policy", ["async"]),
  folder("conflict", ["async"]),
  folder("store", []),
  folder("engine", ["async", "policy", "store"], verdicts),
  folder("resolve", ["async", "conflict", "engine"]),
  folder("supervisor", core),
  folder("sqlite", ["store"]),
  folder("testing", [...core, "sqlite"]),
  {
    files: ["src/cli/**"],
    values: ["./*", "../index.ts", "../sqlite/*", "commander", "listr2"],
    types: [...words, ...verdicts, "../store/store.ts", "../supervisor/*"],
  },
  { files: ["src/index.ts"], values: ["./*", ...core.map((name) => `./${name}/*`)] },
];

function refuseOthers({ files, values, types = [] }: Arrow): OxlintOverride {
  const allowed = ["node:*", "node:*/*", ...values, ...types].map((path) => `!${path}`);
  const message = `The layout allows ${files.join(", ")} only: ${[...values, ...types].join(", ")}.`;
  const typesOnly = "The layout allows this file `import type` from here, no values.";
  const patterns = [
    { group: ["*", "**/*", ...allowed], message },
    ...types.map((path) => ({ group: [path], allowTypeImports: true, message: typesOnly })),
  ];
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
    // State lives in closures here: taking a method off its object loses nothing.
    "typescript/unbound-method": "off",
    "import/no-cycle": "error",
    "unicorn/filename-case": ["error", { case: "kebabCase" }],
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
