import { runInNewContext } from "node:vm";
import { THEN } from "../team/thenable.ts";

/** A promise that rejects: nobody who makes one here listens to it. */
export function rejecting(): Promise<never> {
  return Promise.reject(new Error("escaped"));
}

function from(object: object, then: unknown): object {
  return Object.defineProperty(object, THEN, { value: then, enumerable: true });
}

class Late extends Promise<never> {}
class Holder {
  readonly held: unknown = rejecting();
}

/** Values with a rejection in them, made anew for every seam; by what is wrong with them. */
export const HOSTILE: Readonly<Record<string, () => unknown>> = {
  "a promise": rejecting,
  "a promise of another realm": () => runInNewContext("Promise.reject(new Error('escaped'))"),
  "a promise of a class of its own": () => Late.reject(new Error("escaped")),
  "two promises, deep in lists and objects": () => ({
    subject: "task",
    list: [1, { deep: [rejecting()] }],
    more: { last: rejecting() },
  }),
  "a list of promises": () => [rejecting(), rejecting()],
  "a plain object of another realm with a promise": () =>
    Object.assign(runInNewContext("({})") as object, { late: rejecting() }),
  "a getter that makes promises": () =>
    Object.defineProperty({}, "made", { enumerable: true, get: rejecting }),
  "a getter that makes objects with promises": () =>
    Object.defineProperty({}, "made", {
      enumerable: true,
      get: () => ({ first: 1n, late: rejecting() }),
    }),
  "a getter that throws a promise": () =>
    Object.defineProperty({}, "made", {
      enumerable: true,
      get: () => {
        // oxlint-disable-next-line typescript/only-throw-error -- the mistake that is tried
        throw rejecting();
      },
    }),
  "an asynchronous toJSON": () => ({ toJSON: async () => Promise.reject(new Error("escaped")) }),
  "a map and a set of promises": () => [new Map([["a", rejecting()]]), new Set([rejecting()])],
  "a map whose keys are promises": () => new Map([[rejecting(), 1]]),
  "a class instance with a promise": () => new Holder(),
  "a promise in a property that is hidden": () => ({
    f: () => 1,
    hidden: Object.defineProperty({}, "late", { value: rejecting() }),
  }),
  "a promise named by a symbol": () => ({ f: () => 1, [Symbol("late")]: rejecting() }),
  "what is JSON, but for a promise named by a symbol": () => ({
    subject: "task",
    [Symbol("late")]: rejecting(),
  }),
  "what is JSON, but for a promise in a property that is hidden": () =>
    Object.defineProperty({ subject: "task" }, "late", { value: rejecting() }),
  "a promise with a then of its own": () => from(rejecting(), () => {}),
  "a promise whose then throws": () =>
    from(rejecting(), () => {
      throw new Error("then");
    }),
  "a promise whose constructor cannot be read": () =>
    Object.defineProperty(rejecting(), "constructor", {
      configurable: true,
      get: () => {
        throw new Error("constructor");
      },
    }),
  "a thenable whose then throws": () =>
    from({ late: rejecting() }, () => {
      throw new Error("then");
    }),
  "a thenable whose then is a getter that throws": () =>
    Object.defineProperty({ late: rejecting() }, THEN, {
      enumerable: true,
      get: () => {
        throw new Error("then");
      },
    }),
  "a thenable whose then is asynchronous and fails": () =>
    from({}, async () => Promise.reject(new Error("escaped"))),
  "a thenable that hides a promise": () => {
    const hidden = rejecting();
    return from({}, (...ears: Parameters<typeof hidden.then>) => hidden.then(...ears));
  },
  "an error caused by a promise": () => new Error("outer", { cause: rejecting() }),
  "an error caused by an error that holds promises": () =>
    new Error("outer", { cause: new AggregateError([rejecting(), rejecting()], "inner") }),
  "a promise of an object with a promise": () => Promise.resolve({ late: rejecting() }),
  "a promise that rejects with an error that holds one": () =>
    Promise.reject(new Error("outer", { cause: rejecting() })),
};
