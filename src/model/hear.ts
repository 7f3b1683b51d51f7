import { types } from "node:util";

// A promise that rejects without a listener ends the process. Foreign code hands in promises in wrong places: within an
// output, as the cause of an error, as an option. Code that refuses, replaces or ignores such a value hears it first.

/** How much within one value is looked at, counted in items of lists: a proxy, or a getter that makes a new object each time, has no end. */
const MOST_ITEMS = 1_000_000;
/** To look into an object, and to read a member of it by its name, takes as long as so many items of a list. */
const MEMBER_ITEMS = 10;
/** How many promises are followed, each within the result of the one before. */
const MOST_HOPS = 10;
/** How many promises are awaited, each the result of the one before. */
const MOST_ADOPTED = 1_000;
/** How many levels of options are searched. */
const OPTION_LEVELS = 6;

/**
 * Listens to every promise within a foreign value, at any depth, and within their results, so that none of them is an
 * unhandled rejection. Looks where JSON would, and also into maps, sets, errors, class instances and properties that are
 * hidden or named by a symbol; not into what only a function knows. Ignores the results, and never throws.
 */
export function hear(value: unknown): void {
  if (isObject(value)) look(value, WHOLE, MOST_HOPS);
}

/**
 * Like `hear`, for options, which may be accepted: only promises themselves, in plain objects and lists a few levels deep. Calls
 * no code of the caller.
 */
export function hearOptions(value: unknown): void {
  if (isObject(value)) look(value, OPTIONS, MOST_HOPS);
}

/** Hears the properties of an object that JSON leaves out, hidden ones and those named by a symbol; `members` is how many JSON takes. */
export function hearLeftOut(object: object, members: number): void {
  if (Reflect.ownKeys(object).length > members) hear(object);
}

/** The result of `work`. If it throws, both the given value and the thrown one are heard. */
export function hearIfRefused<T>(given: unknown, work: () => T): T {
  try {
    return work();
  } catch (refusal) {
    hear([given, refusal]);
    throw refusal;
  }
}

/** Whether `await` would wait for a value: a promise of any realm, or an object with a `then`. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  try {
    return hasThen(value);
  } catch {
    return false;
  }
}

function hasThen(value: unknown): value is PromiseLike<unknown> {
  if (!isObject(value)) return false;
  if (types.isPromise(value)) return true;
  return typeof (value as { readonly then?: unknown }).then === "function";
}

/**
 * The answer of a foreign function, as a promise that settles as `await` would. Also hears what would keep `await` from listening: a
 * promise that has its own `then` or `constructor`, what such a `then` returns, and the object whose `then` fails.
 */
export function promiseOf(answer: unknown, hops = 0): Promise<unknown> {
  try {
    if (!hasThen(answer)) return Promise.resolve(answer);
    if (answer instanceof Promise && isPlainPromise(answer)) return answer;
  } catch (thrown) {
    // A promise is asked once more below, and answers the same.
    if (!types.isPromise(answer)) {
      hear(answer);
      return Promise.reject(thrown);
    }
  }
  if (types.isPromise(answer)) listen(answer, WHOLE, MOST_HOPS);
  if (hops === MOST_ADOPTED) {
    return Promise.reject(
      new TypeError("a promise that resolves to itself, or to others without end"),
    );
  }
  return new Promise((resolve, reject) => {
    const adopt = (value: unknown): void => resolve(promiseOf(value, hops + 1));
    hear(hearIfRefused(answer, () => (answer as PromiseLike<unknown>).then(adopt, reject)));
  });
}

function isPlainPromise(promise: Promise<unknown>): boolean {
  return promise.constructor === Promise && promise.then === PROMISE_THEN;
}

/** How a value is searched. */
interface HearWay {
  readonly levels: number;
  /** Whether it is a caller's option: then none of its code is called, and only plain objects are entered. */
  readonly options: boolean;
}

const WHOLE: HearWay = { levels: Infinity, options: false };
const OPTIONS: HearWay = { levels: OPTION_LEVELS, options: true };

/** Layer by layer, without recursion: a deeply nested value must not use up the stack. */
function look(root: object, way: HearWay, hops: number): void {
  // Most objects have no other in them: then there is nothing to remember.
  let seen: Set<object> | undefined;
  let layer: readonly object[] = [root];
  let left = MOST_ITEMS;
  // Listened to as soon as it is found: what is not looked into any more is still heard itself.
  listen(root, way, hops);
  for (let level = 0; layer.length > 0 && level < way.levels; level++) {
    const next: object[] = [];
    for (const object of layer) {
      const perValue = isTrueList(object) ? 1 : MEMBER_ITEMS;
      left -= MEMBER_ITEMS;
      if (left < 0) return;
      for (const value of valuesOf(object, way, Math.ceil(left / MEMBER_ITEMS)) ??
        within(object, way)) {
        left -= perValue;
        if (left < 0) return;
        if (!isObject(value)) continue;
        seen ??= new Set([root]);
        if (seen.has(value)) continue;
        seen.add(value);
        listen(value, way, hops);
        next.push(value);
      }
    }
    layer = next;
  }
}

/** Whether it is a list, and no code runs when its items are read. */
function isTrueList(object: object): boolean {
  return !types.isProxy(object) && Array.isArray(object);
}

/** Listens to a promise, or, unless the value is an option, to any thenable. Ignores everything else. */
function listen(object: object, way: HearWay, hops: number): void {
  const ignore = (value: unknown): void => {
    if (hops > 0 && isObject(value)) look(value, way, hops - 1);
  };
  const isPromise = types.isPromise(object);
  try {
    if (isPromise) PROMISE_THEN.call(object, ignore, ignore);
    // A promise that it hides can only be reached through it.
    else if (!way.options && isThenable(object)) ignore(object.then(ignore, ignore));
  } catch (thrown) {
    ignore(thrown);
    if (isPromise) listenAnyway(object as Promise<unknown>);
  }
}

// This `then` works on promises of every realm, even if they have their own.
const PROMISE_THEN: (
  this: Promise<unknown>,
  ...ears: readonly ((value: unknown) => void)[]
) => unknown = Object.getOwnPropertyDescriptor(Promise.prototype, "then")?.value;

/** Listening reads a promise's constructor, which may be anything: without its own, the usual one applies. */
function listenAnyway(promise: Promise<unknown>): void {
  const ignore = (): void => {};
  try {
    void Object.defineProperty(promise, "constructor", { value: undefined, configurable: true });
    PROMISE_THEN.call(promise, ignore, ignore);
  } catch {
    // The promise is frozen: nobody can listen to it.
  }
}

/** The values in an object, as far as they can be read, and the errors thrown by reading the others. */
function* within(object: object, { options }: HearWay): Generator<unknown> {
  try {
    if (Array.isArray(object)) {
      for (let index = 0; index < object.length; index++) yield object[index];
      return;
    }
    const plain = isPlain(object);
    if (ArrayBuffer.isView(object) || (options && !plain)) return;
    if (types.isMap(object)) for (const entry of MAP_ENTRIES.call(object)) yield* entry;
    if (types.isSet(object)) yield* SET_VALUES.call(object);
    for (const key of Reflect.ownKeys(object)) {
      try {
        const property = Reflect.getOwnPropertyDescriptor(object, key);
        // JSON reads the enumerable properties of a plain object, including getters, and nothing of an instance.
        const reads = property?.enumerable === true && plain && !options;
        if (reads) yield (object as Record<PropertyKey, unknown>)[key];
        else if (property !== undefined && "value" in property) yield property.value;
      } catch (thrown) {
        yield thrown;
      }
    }
  } catch (thrown) {
    yield thrown;
  }
}

/** The same of a plain object that hides none, as nearly all do, at most so many; `undefined` for any other. */
function valuesOf(
  object: object,
  { options }: HearWay,
  most: number,
): readonly unknown[] | undefined {
  if (options) return undefined;
  try {
    if (!isPlain(object)) return undefined;
    const keys = Object.keys(object);
    if (Reflect.ownKeys(object).length !== keys.length) return undefined;
    const members = object as Readonly<Record<string, unknown>>;
    return keys.slice(0, most).map((key) => readOrThrown(members, key));
  } catch (thrown) {
    return [thrown];
  }
}

function readOrThrown(object: Readonly<Record<string, unknown>>, key: string): unknown {
  try {
    return object[key];
  } catch (thrown) {
    return thrown;
  }
}

const MAP_ENTRIES = Map.prototype.entries;
const SET_VALUES = Set.prototype.values;

/** Whether an object is a plain one, also of another realm such as a vm context: its `Object.prototype` is another. */
export function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype === null || prototype === Object.prototype) return true;
  return (
    Object.getPrototypeOf(prototype) === null && Object.hasOwn(Object(prototype), "isPrototypeOf")
  );
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
