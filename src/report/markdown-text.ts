import type { Json } from "../model/json.ts";
import { clip, plain } from "../model/text.ts";
import { count } from "./quantities.ts";

// Agents' texts appear in comments that GitHub and others render. There a text must mention nobody, link nowhere, show no picture, and not
// begin a block that our own Markdown did not begin.

/** What a renderer may turn into a link or a mention by itself, anywhere in a word: such a word is shown as code, which is left alone. */
const LINKS_ITSELF = /[@#$]|:\/\/|www\.|mailto:|xmpp:|\bGH-\d|\b(?:CVE|GHSA)-|[\da-f]{7}|`/i;

/** Characters with a meaning in the middle of a line. An ampersand would begin the name of a character. */
const SPECIAL = /[\\*_[\]<>|~&]/g;

/** Characters with a meaning at the beginning of a line: a heading, a list, a quotation, a rule. */
const BEGINS_A_BLOCK = /^(?:[-+>]|\d{1,9}[.)])/;

/**
 * A foreign text as one line of Markdown that shows exactly that text, at most `maxChars` of it.
 */
export function markdownText(text: string, maxChars: number): string {
  const words = oneLine(text, maxChars).split(" ");
  const line = words
    .map((word) => (LINKS_ITSELF.test(word) ? code(word) : escaped(word)))
    .join(" ");
  const begun = BEGINS_A_BLOCK.exec(line)?.[0];
  if (begun === undefined) return line;
  // The last character makes it a block; for a number it is the one after it.
  return `${line.slice(0, begun.length - 1)}\\${line.slice(begun.length - 1)}`;
}

/** A foreign text as code: a name, a path, a value. */
export function markdownCode(text: string, maxChars: number): string {
  return code(oneLine(text, maxChars));
}

const MAX_POSITION = 200;

/** A position as code, at most 200 characters of it. */
export function markdownPosition(value: Json): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return markdownCode(text, MAX_POSITION) || '`""`';
}

function oneLine(text: string, maxChars: number): string {
  return clip(plain(text).replaceAll(/\s+/g, " ").trim(), maxChars);
}

function escaped(word: string): string {
  return word.replaceAll(SPECIAL, (character) => (character === "&" ? "&amp;" : `\\${character}`));
}

/** Between more backticks than it has in a row. Not for tables: there a bar would end the cell, even within code. */
function code(text: string): string {
  if (text === "") return "";
  const longest = Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const space = text.startsWith("`") || text.endsWith("`") ? " " : "";
  return `${fence}${space}${text}${space}${fence}`;
}

/** The length of the last line, if something is left out. */
const LEFT_OUT_CHARS = 100;

/** Whole lines, as many as fit: each is complete by itself, so none is left open. */
export function fit(lines: readonly string[], maxChars: number): string {
  const whole = `${lines.join("\n")}\n`;
  if (whole.length <= maxChars) return whole;
  const kept: string[] = [];
  let room = maxChars - LEFT_OUT_CHARS;
  for (const line of lines) {
    room -= line.length + 1;
    if (room < 0) break;
    kept.push(line);
  }
  return `${kept.join("\n")}\n\n${count(lines.length - kept.length, "line")} more did not fit.\n`;
}
