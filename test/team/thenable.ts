/** A name for it: one that is written out where it is used is taken for a mistake by the linter. */
// oxlint-disable-next-line unicorn/no-thenable -- a mistake is what these are to be
export const THEN = "then";

/** An object, or a promise given, with a `then` of its own. */
export function thenable(then: (...callbacks: never) => unknown, object: object = {}): object {
  return Object.assign(object, { [THEN]: then });
}
