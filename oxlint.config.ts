import { defineConfig, type OxlintOverride } from "oxlint";

// The arrows of the layout: who may import whom. Dependencies point downwards only, packages stay at the edge,
// and whatever is not listed here is refused. ARCHITECTURE.md says what each room is for.

interface Arrow {
  readonly files: readonly string[];
  /** What may be imported besides Node's modules, as glob patterns. */
  readonly values: readonly string[];
  /** What may be imported with `import type` only. */
  readonly types: readonly string[];
}

const packages: ReadonlySet<string> = new Set([
  "ai",
  "@agentclientprotocol/sdk",
  "commander",
  "execa",
  "@bomb.sh/tab",
  "@opentelemetry/api",
  "@pydantic",
  "@pydantic/genai-prices",
  "listr2",
  "ms",
  "string-width",
  "cli-truncate",
  "jsonc-parser",
  "pg",
  "@standard-schema/spec",
  "@a2a-js",
  "@a2a-js/sdk",
  "@a2a-js/sdk/*",
  "ajv/dist/2020.js",
  "hono",
  "@hono",
  "@hono/node-server",
  "@modelcontextprotocol",
  "@modelcontextprotocol/client",
  "@modelcontextprotocol/server",
  "@modelcontextprotocol/server/stdio",
  "@modelcontextprotocol/client/stdio",
]);

/** Rooms and files of `src`, and packages, as they are imported from a file that stands as deep as `up` says. */
const from = (up: string, paths: readonly string[]): readonly string[] =>
  paths.map((path) => {
    if (packages.has(path)) return path;
    return `${up}${path}${path.endsWith(".ts") ? "" : "/*"}`;
  });

/**
 * The files in a folder of `src` may import its own files and what is listed: rooms, and files as seen from `src`. Those in a folder of it
 * may, too, unless it is a room of its own.
 */
function room(
  name: string,
  values: readonly string[],
  types: readonly string[] = [],
  inner: readonly string[] = ["*"],
): readonly Arrow[] {
  return [
    {
      files: [`src/${name}/*.ts`],
      values: ["./*", "./*/*", ...from("../", values)],
      types: from("../", types),
    },
    {
      files: inner.map((one) => `src/${name}/${one}/*.ts`),
      // Not "../*/*": that has "../../index.ts", too.
      values: ["./*", "../*", "../[a-z]*/*", ...from("../../", values)],
      types: from("../../", types),
    },
  ];
}

/** A folder in a room that may import less than the room. */
function innerRoom(
  name: string,
  values: readonly string[],
  types: readonly string[] = [],
): readonly Arrow[] {
  const parent = `${name.slice(0, name.indexOf("/"))}/`;
  const seen = (paths: readonly string[]): readonly string[] =>
    from("../../", paths).map((path) => path.replace(`../../${parent}`, "../"));
  return [{ files: [`src/${name}/*.ts`], values: ["./*", ...seen(values)], types: seen(types) }];
}

// Whoever is handed something in by a caller checks it by the tables of check/.
const words = ["model", "async", "check"];
/** How one call is limited and paid. */
const limiting = ["retry", "money", "limits", "limits/scope", "describe"];
/** One call, and what keeps it. */
const calling = [
  ...limiting,
  "store",
  "conflict",
  "log",
  "executor",
  "call",
  "call/batch",
  "call/cache",
];
const deciding = ["conflict/similar", "resolve", "resolve/judge"];
const doors = ["index.ts", "supervisor.ts"];

const arrows: readonly Arrow[] = [
  ...room("model", [], ["learning/statistics/finding-model.ts", "@standard-schema/spec"]),
  ...room("async", ["model"]),
  ...room("check", ["model", "async"], ["@standard-schema/spec"]),
  ...room("prompt", words, ["describe/agent.ts"]),
  ...room("store", words),
  ...room("retry", words, ["describe/limits.ts"]),
  ...room("money", words, ["describe/tier.ts"]),
  ...room(
    "limits",
    [...words, "retry", "money"],
    ["describe/tier.ts", "store/values.ts", "store/store.ts"],
  ),
  ...room("describe", [...words, "retry", "money", "limits"]),
  ...room("conflict", [...words, "prompt", "describe"], [], ["similar"]),
  ...innerRoom("conflict/contradiction", words, ["conflict/keep-apart.ts"]),
  ...room("log", [...words, "money", "store", "conflict"]),
  ...room("executor", [...words, "describe"]),
  ...room("call", [...words, ...calling]),
  ...room("resolve", [
    ...words,
    "prompt",
    "store",
    "conflict",
    "conflict/similar",
    "describe",
    "limits/limiter-options.ts",
    "call",
    "call/batch",
  ]),
  ...room("panel", [...words, "resolve"]),
  ...room("team", [...words, ...calling, ...deciding, "panel"]),
  ...room("run", [...words, ...calling, ...deciding, "team", "team/coordinate", "team/decide"]),
  ...room("forecast", [...words, ...calling, "team", "run"]),
  ...room("learning", [...words, "conflict", "resolve"], [], []),
  ...innerRoom("learning/statistics", [...words, "conflict"]),
  ...innerRoom(
    "learning/history",
    [...words, "store", "conflict", "learning/statistics"],
    ["resolve/resolver.ts"],
  ),
  ...room("audit", [
    ...words,
    "log",
    "conflict",
    "learning/statistics/interval.ts",
    "resolve",
    "resolve/judge",
  ]),
  ...room("similar", ["conflict", "conflict/similar"]),
  ...room("report", [...words, "money/bill.ts"]),
  ...room(
    "eval",
    [
      ...words,
      "call/key.ts",
      "executor",
      "learning/history",
      "learning/statistics/interval.ts",
      "log/history.ts",
      "report/junit-xml.ts",
      "report/markdown-text.ts",
      "report/money.ts",
      "report/quantities.ts",
      "report/spent.ts",
      "run",
      "supervisor.ts",
      "team/backend.ts",
      "team/team.ts",
    ],
    [
      "log/call-state.ts",
      "money/price.ts",
      "resolve/resolver.ts",
      "store/store.ts",
      "team/options.ts",
      "team/run-options.ts",
    ],
  ),
  ...room("sqlite", [...words, "store"]),
  ...room(
    "postgres",
    [...words, "store", "executor", "call/received-attempt.ts", "pg"],
    ["team/backend.ts"],
  ),
  ...room("ports", ["store", "limits", "limits/scope"], ["async/cancellation.ts"]),
  ...room(
    "ai-sdk",
    [...words, "prompt", "describe", "resolve/judge/judge.ts", "resolve/judge/choice.ts", "ai"],
    [
      "conflict/similar/embedding.ts",
      "money/bound.ts",
      "resolve/resolver.ts",
      "resolve/judge/question.ts",
    ],
  ),
  ...room("otel", [...words, "@opentelemetry/api"], ["call/tracing.ts"]),
  ...room("prices", [...words, "money/price.ts", "@pydantic", "@pydantic/genai-prices"]),
  ...room("program", [...words, "prompt", "describe", "execa"]),
  ...room("command", [...words, "prompt", "describe", "conflict/finding-details.ts", "program"]),
  ...room("acp", [...words, "prompt", "describe", "program", "@agentclientprotocol/sdk"]),
  ...room("frameworks", [...words, "prompt", "describe", "ai-sdk/from-agent.ts"]),
  ...room("http", [...words, "prompt", "describe"]),
  ...room("mcp", [
    ...words,
    "prompt",
    "describe",
    "program",
    "http",
    "@modelcontextprotocol",
    "@modelcontextprotocol/client",
  ]),
  ...room("a2a", [
    ...words,
    "prompt",
    "describe",
    "http",
    "@a2a-js",
    "@a2a-js/sdk",
    "@a2a-js/sdk/*",
  ]),
  ...room("testing", [...words, ...calling, ...deciding, "supervisor.ts", "run", "team"]),
  ...room(
    "server",
    [
      ...words,
      "supervisor.ts",
      "money",
      "limits/budgets.ts",
      "call/cache/reuse.ts",
      "log/cancel-run.ts",
      "log/questions.ts",
      "learning/index.ts",
      "learning/statistics/interval.ts",
      "prompt",
      "report",
      "@modelcontextprotocol",
      "@modelcontextprotocol/server",
      "@modelcontextprotocol/server/stdio",
      "hono",
      "ajv",
      "ajv/dist",
      "ajv/dist/2020.js",
    ],
    [
      "describe/worker.ts",
      "forecast/task-plan.ts",
      "log/chosen-position.ts",
      "run/stream.ts",
      "store/store.ts",
      "store/values.ts",
      "team/backend.ts",
      "team/options.ts",
      "team/run-options.ts",
    ],
  ),
  ...innerRoom(
    "server/a2a",
    [
      ...words,
      "supervisor.ts",
      "server",
      "server/http",
      "log/questions.ts",
      "money/bill.ts",
      "report",
      "@a2a-js",
      "@a2a-js/sdk",
      "@a2a-js/sdk/*",
    ],
    ["log/chosen-position.ts", "store/store.ts"],
  ),
  ...room(
    "cli",
    [
      ...doors,
      "audit/index.ts",
      "learning/index.ts",
      "model",
      "check",
      "eval",
      "report",
      "limits/deadlock.ts",
      "log/request-desk.ts",
      "money/price.ts",
      "run/run-id.ts",
      "team/fail-on.ts",
      "team/read-fail-on.ts",
      "server/index.ts",
      "server/spending.ts",
      "store/run-query.ts",
      "sqlite",
      "postgres/index.ts",
      "@hono",
      "@hono/node-server",
      "commander",
      "listr2",
      "ms",
      "string-width",
      "cli-truncate",
      "jsonc-parser",
    ],
    ["store/store.ts"],
  ),
  {
    files: ["src/supervisor.ts"],
    values: from("./", [
      ...words,
      ...calling,
      ...deciding,
      "team",
      "team/coordinate",
      "run",
      "run/many",
      "run/resume",
      "forecast",
    ]),
    types: [],
  },
  {
    files: ["src/index.ts"],
    values: from("./", [
      "supervisor.ts",
      ...words,
      ...calling,
      ...deciding,
      "team",
      "team/coordinate",
      "run",
      "run/many",
      "run/resume",
      "forecast",
    ]),
    types: from("./", ["learning/statistics", "panel"]),
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
    {
      // Its packages are its own, and where they are not installed nothing is known of their types.
      files: ["site/**"],
      rules: {
        "typescript/no-redundant-type-constituents": "off",
        "typescript/restrict-template-expressions": "off",
      },
    },
    ...arrows.map(refuseOthers),
  ],
});
