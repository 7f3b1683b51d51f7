import { readFileSync } from "node:fs";
import { join } from "node:path";
import { NOTICES, type NoticeCode } from "../src/model/notices.ts";
import { root } from "./places.ts";
import { write } from "./stage.ts";

/** Each code of a list like that above `ErrorCode`, with what it means: `- \`CODE\`: …`. */
export function meanings(file: string): ReadonlyMap<string, string> {
  const text = readFileSync(join(root, file), "utf8");
  return new Map(
    [...text.matchAll(/^ \* - `([A-Za-z_-]+)`: (.*(?:\n \* {3}.*)*)/gm)].map(
      ([, code = "", meaning = ""]) => [code, meaning.replaceAll(/\n \* +/g, " ")],
    ),
  );
}

/** The sections of docs/errors.md by their codes. */
export function errorSections(): ReadonlyMap<string, string> {
  const text = readFileSync(join(root, "docs/errors.md"), "utf8");
  return new Map(
    text
      .split(/^## /m)
      .slice(1)
      .map((section) => {
        const [code = "", ...rest] = section.split("\n");
        return [code, rest.join("\n").trim()] as const;
      }),
  );
}

/** One page for each code of an error and of a notice. Throws where one is missing. */
export function stageCodes(): number {
  const sections = errorSections();
  const errors = meanings("src/model/errors.ts");
  for (const [code, meaning] of errors) {
    const section = sections.get(code);
    if (section === undefined) throw new Error(`docs/errors.md has no section ${code}`);
    const text = section.replaceAll("](", "](../").replaceAll("](../#", "](../errors.md#");
    write(
      `errors/${code}.md`,
      `# ${code}\n\n> \`${code}\`: ${meaning}\n\n${text}\n\nAll codes: [errors](../errors.md).\n`,
    );
  }
  const notices = meanings("src/model/notices.ts");
  for (const [code, meaning] of notices) {
    const { level, advice } = NOTICES[code as NoticeCode];
    const after =
      level === "warn" ? "The command line ends with 3 instead of 0." : "It changes no exit code.";
    write(
      `notices/${code}.md`,
      `# ${code}\n\nA notice of level \`${level}\`: ${meaning}\n\n${after} The table of [notices](../notices.md) says when its level differs.\n\n**What to do.** ${escaped(advice)}\n\nHow notices are read: [notices](../notices.md).\n`,
    );
  }
  const list = (folder: string, codes: Iterable<string>): string =>
    [...codes].map((code) => `- [${code}](./${folder}/${code}.md)`).join("\n");
  write(
    "codes.md",
    `# Codes of errors and notices\n\nEach has a page that says what it means and what to do.\n\n## Errors\n\n${list("errors", errors.keys())}\n\n## Notices\n\n${list("notices", notices.keys())}\n`,
  );
  return errors.size + notices.size;
}

function escaped(text: string): string {
  return text.replaceAll("{", "&#123;").replaceAll("<", "&lt;");
}
