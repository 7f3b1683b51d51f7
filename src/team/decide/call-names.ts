import type { Subject } from "../../conflict/subject.ts";
import type { Redactor } from "../../log/redact.ts";
import { canonicalJson, type Json } from "../../model/json.ts";
import { contentName, subjectKey } from "../../resolve/subject-key.ts";

/** The name of a resolver's or comparator's question in the log, by the key under which it was asked. */
export type CallNames = (key: string, task: unknown) => string;

/**
 * A key may be made of the subject, or be a hash of the question. If those have secrets, the id of the call would contain them, or they
 * could be guessed from it. The name is then made of what is left without them; if two look the same, the second is numbered.
 */
export function callNames(redact: Redactor | undefined, subjects: readonly Subject[]): CallNames {
  if (redact === undefined) return (key) => key;
  const taken = new Map<string, number>();
  const another = (name: string): string => {
    const count = (taken.get(name) ?? 0) + 1;
    taken.set(name, count);
    return count === 1 ? name : `${name}.${count}`;
  };
  const hidden = new Map<string, string>();
  for (const { subject } of subjects) {
    const kept = redact.text(subject);
    if (kept === subject) continue;
    const name = another(subjectKey(kept));
    hidden.set(subjectKey(subject), name);
    hidden.set(subject, name);
  }
  const named = new Map<string, string>();
  return (key, task) => {
    const known = named.get(key);
    if (known !== undefined) return known;
    const plain =
      hidden.get(key) ??
      key
        .split(":")
        .map((part) => hidden.get(part) ?? part)
        .join(":");
    const name =
      redact.isIn(plain) || (plain.startsWith("#") && isSecret(redact, task))
        ? another(hashedName(redact, task))
        : plain;
    named.set(key, name);
    return name;
  };
}

function isSecret({ bare }: Redactor, task: unknown): boolean {
  return task !== undefined && canonicalJson(bare(task as Json, "input")) !== canonicalJson(task);
}

function hashedName({ bare }: Redactor, task: unknown): string {
  return contentName(canonicalJson(task === undefined ? null : bare(task as Json, "input")));
}
