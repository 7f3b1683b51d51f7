import { sha256 } from "../model/hash.ts";

/** A subject as part of a call's key: itself if it is a short plain word, else its hash. No such word contains `#`. */
export function subjectKey(subject: string): string {
  return /^[\w.-]{1,40}$/.test(subject) ? subject : contentName(subject);
}

/** A name for a text, as part of a call's key. Not for secrets, which could be guessed from it. */
export function contentName(text: string): string {
  return `#${sha256(text).slice(0, 16)}`;
}
