import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import chromiumOf from "@sparticuz/chromium";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";

// Chromium from npm. The arguments that its package has are not used: with them it is one process, which a second window ends, and allows
// what a policy of a page forbids.

const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"];

export async function openBrowser(): Promise<Browser> {
  const executablePath = await chromiumOf.executablePath();
  return chromium.launch({ executablePath, args: ARGUMENTS, headless: true });
}

export interface View {
  readonly width: number;
  readonly height: number;
  readonly scheme: "light" | "dark";
}

/** A page, and what it complained of: an error, or something that its policy forbids. */
export interface Watched {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly complaints: readonly string[];
}

export interface OpenOptions {
  readonly view?: View;
  /** The part of the address behind "#". */
  readonly hash?: string;
  /** With fonts of our own, which no machine has otherwise: for pictures. The page's policy does not hold then. */
  readonly fonts?: boolean;
}

const DESK: View = { width: 1440, height: 1000, scheme: "light" };

/** Opens a file as somebody does who clicks on it, without a network. */
export async function open(
  browser: Browser,
  file: string,
  { view = DESK, hash = "", fonts = false }: OpenOptions = {},
): Promise<Watched> {
  const { width, height, scheme } = view;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    deviceScaleFactor: 1,
    reducedMotion: "reduce",
    offline: true,
    bypassCSP: fonts,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  watch(page, (complaint) => complaints.push(complaint));
  if (fonts) await page.addInitScript(putFonts, fontFaces());
  await page.goto(`file://${file}${hash}`);
  await page.waitForSelector("h1");
  if (fonts) await page.evaluate(() => document.fonts.ready);
  return { context, page, complaints };
}

/** How long something may take to come, on a machine that is busy. */
const MOST_MS = Number(process.env["MOST"] ?? 30_000);

export interface VisitOptions {
  readonly view?: View;
  readonly fonts?: boolean;
  /** What it may complain of. */
  readonly ignored?: RegExp;
  /** What the time is for it; it does not go on. */
  readonly nowMs?: number;
}

/** Opens a page of a server, in a window of its own. */
export async function visit(
  browser: Browser,
  url: string,
  { view = DESK, fonts = false, ignored, nowMs }: VisitOptions = {},
): Promise<Watched> {
  const { width, height, scheme } = view;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    deviceScaleFactor: 1,
    reducedMotion: "reduce",
    bypassCSP: fonts,
  });
  context.setDefaultTimeout(MOST_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  watch(page, (complaint) => {
    if (ignored?.test(complaint) !== true) complaints.push(complaint);
  });
  if (nowMs !== undefined) await page.clock.setFixedTime(nowMs);
  if (fonts) await page.addInitScript(putFonts, fontFaces());
  await page.goto(url);
  return { context, page, complaints };
}

function watch(page: Page, complain: (complaint: string) => void): void {
  page.on("pageerror", ({ message }) => complain(message));
  page.on("console", (said) => {
    if (said.type() === "error" || said.type() === "warning") complain(said.text());
  });
  page.on("dialog", (dialog) => {
    complain(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
}

function putFonts(css: string): void {
  document.addEventListener("DOMContentLoaded", () => {
    const style = document.createElement("style");
    style.textContent = css;
    document.head.append(style);
  });
}

let faces: string | undefined;

export function fontFaces(): string {
  faces ??= [
    face("Inter", "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2"),
    face(
      "JetBrains Mono",
      "@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2",
    ),
    ':root { --font-sans: Inter, "DejaVu Sans"; --font-mono: "JetBrains Mono"; }',
  ].join("\n");
  return faces;
}

function face(family: string, file: string): string {
  const path = createRequire(import.meta.url).resolve(file);
  const data = readFileSync(path).toString("base64");
  return `@font-face { font-family: "${family}"; font-weight: 100 900; src: url(data:font/woff2;base64,${data}); }`;
}
