import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { defineConfig, type DefaultTheme } from "vitepress";
import llmstxt from "vitepress-plugin-llms";
import { built, stage } from "../places.ts";

type Item = DefaultTheme.SidebarItem;

/** Links to these pages. A missing page breaks the build instead of leaving a silent gap. */
const items = (...pages: readonly (readonly [text: string, page: string])[]): Item[] =>
  pages.map(([text, page]) => {
    if (!existsSync(join(stage, `${page}.md`))) throw new Error(`the site has no page ${page}`);
    return { text, link: `/${page}` };
  });

const optional = (text: string, page: string): Item[] =>
  existsSync(join(stage, `${page}.md`)) ? [{ text, link: `/${page}` }] : [];

const folder = (name: string): Item[] =>
  globSync(`${name}/*.md`, { cwd: stage })
    .toSorted()
    .map((file) => ({ text: basename(file, ".md"), link: `/${name}/${basename(file, ".md")}` }));

const SIDEBAR: Item[] = [
  {
    text: "Begin",
    items: items(
      ["Quick start", "quick-start"],
      ["Concepts", "concepts"],
      ["Compared with others", "compared"],
      ["When not to use it", "when-not"],
      ["Questions", "questions"],
      ["Glossary", "glossary"],
    ),
  },
  {
    text: "Guides",
    items: items(
      ["A review board", "guides/review-board"],
      ["A release gate", "guides/release-gate"],
      ["A council of models", "guides/council"],
      ["A person decides", "guides/person"],
      ["In a service", "guides/service"],
      ["On many machines", "scale"],
      ["Testing a team", "testing"],
      ["Evaluating a team", "eval"],
      ["Record and replay", "guides/replay"],
      ["Coding agents, safely", "guides/coding-agents"],
      ["In CI", "ci"],
    ),
  },
  {
    text: "How it works",
    items: [
      ...items(
        ["Agents and teams", "using"],
        ["Conflicts and verdicts", "verdicts"],
        ["Learned reliability", "decisions"],
        ["Money, limits and caching", "money"],
        ["The log", "log"],
        ["A store of your own", "own-store"],
        ["Notices", "notices"],
        ["Errors", "errors"],
        ["The page of a run", "page"],
        ["The server", "server"],
        ["Tracing", "tracing"],
        ["What it writes on disk", "files"],
      ),
    ],
  },
  {
    text: "Agents from elsewhere",
    items: [
      ...items(["The AI SDK", "ai-sdk"], ["Programs", "command"]),
      ...optional("Coding agents", "coding-agents"),
      ...optional("HTTP", "http"),
      ...optional("MCP", "mcp"),
      ...optional("A2A", "a2a"),
      ...optional("ACP", "acp"),
      ...optional("Other frameworks", "frameworks"),
    ],
  },
  {
    text: "Reference",
    items: [
      ...items(
        ["The command line", "cli"],
        ["Commands", "reference/cli"],
        ["JSON Schemas", "reference/schemas"],
        ["Codes", "codes"],
      ),
      { text: "API", link: "/api/" },
    ],
  },
  { text: "Error codes", collapsed: true, items: folder("errors") },
  { text: "Notice codes", collapsed: true, items: folder("notices") },
  {
    text: "The project",
    items: [
      ...items(
        ["Migration", "migration"],
        ["Security", "security"],
        ["Performance", "performance"],
        ["Architecture", "architecture"],
        ["Contributing", "contributing"],
        ["Changelog", "changelog"],
      ),
      ...optional("Versions and support", "support"),
    ],
  },
];

/** Pages that no other part lists, so that every page can be reached. */
function others(sidebar: readonly Item[]): Item[] {
  const listed = new Set(
    sidebar.flatMap(({ items: within = [] }) => within.map(({ link }) => link)),
  );
  const pages = globSync(["*.md", "guides/*.md"], { cwd: stage })
    .map((file) => file.replaceAll("\\", "/").replace(/\.md$/, ""))
    .filter((page) => page !== "index" && !listed.has(`/${page}`))
    .toSorted();
  return pages.length === 0
    ? []
    : [{ text: "More", items: pages.map((page) => ({ text: titleOf(page), link: `/${page}` })) }];
}

function titleOf(page: string): string {
  const text = readFileSync(join(stage, `${page}.md`), "utf8");
  return /^# (.+)$/m.exec(text)?.[1]?.replaceAll("`", "") ?? page;
}

export default defineConfig({
  title: "Quorate",
  description:
    "Coordinate specialist agents: run them under honest limits, find where they disagree, settle it, and keep the log.",
  srcDir: ".pages",
  outDir: built,
  cacheDir: "node_modules/.vitepress",
  lang: "en",
  cleanUrls: false,
  // A page loads nothing from other servers.
  head: [],
  vite: {
    publicDir: join(stage, "public"),
    plugins: [llmstxt({ ignoreFiles: ["api/**", "index.md"], title: "Quorate" }) as never],
    build: { chunkSizeWarningLimit: 5_000 },
  },
  markdown: {
    theme: { light: "github-light", dark: "github-dark" },
    config(md) {
      // Code is not an expression of Vue: `${{ … }}` is one of GitHub's.
      const inline = md.renderer.rules.code_inline;
      md.renderer.rules.code_inline = (...given) =>
        (inline?.(...given) ?? "").replace(/^<code/, "<code v-pre");
    },
  },
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    nav: [
      { text: "Quick start", link: "/quick-start" },
      { text: "Guides", link: "/guides/review-board" },
      { text: "Reference", link: "/reference/cli" },
    ],
    sidebar: [...SIDEBAR, ...others(SIDEBAR)],
  },
});
