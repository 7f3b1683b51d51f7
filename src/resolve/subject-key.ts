import { sha256 } from "../model/hash.ts";

/** A subject as part of a call's key: itself where it is a short plain word, else its hash. `#` is in no such word. */
export function subjectKey(subject: string): string {
  return /^[\w.-]{1,40}$/.test(subject) ? subject : contentName(subject);
}

/** A name for a text, as part of a call's key. Not for what has secrets: they could be guessed from it. */
export function contentName(text: string): string {
  return `#${sha256(text).slice(0, 16)}`;
}
