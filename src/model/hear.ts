import { types } from "node:util";

// A promise that rejects while nobody listens ends the process. Foreign code hands in promises where none belong: within an
// output, as the cause of an error, as an option. Whoever refuses, replaces or ignores such a value hears it first.

/** How much of one value is looked through: a proxy, or a getter that makes a new object each time, has no end. */
const MOST_VALUES = 1_000_000;
/** How many promises are followed, each within what the one before came to. */
const MOST_HOPS = 10;
/** How deep options are looked through. */
const OPTION_LEVELS = 6;

/**
 * Listens to every promise within a foreign value, at any depth, and within what those come to, so that none of them is an
 * unhandled rejection. Looks where JSON would, and besides into maps, sets, errors, class instances and properties that are
 * hidden or named by a symbol; not into what only a function knows. Ignores what it hears, and never throws.
 */
export function hear(value: unknown): void {
  if (isObject(value)) look(value, WHOLE, MOST_HOPS);
}

/**
 * As `hear`, for options, which may be accepted: only promises themselves, in plain objects and lists a few levels deep. Calls
 * nothing that is the caller's own.
 */
export function hearOptions(value: unknown): void {
  if (isObject(value)) look(value, OPTIONS, MOST_HOPS);
}

/** Hears what JSON leaves out of an object of which it takes so many members: what is hidden, or named by a symbol. */
export function hearLeftOut(object: object, members: number): void {
  if (Reflect.ownKeys(object).length > members) hear(object);
}

/** What `work` makes of what it was given. Where it throws, both that and what it throws are heard. */
export function hearIfRefused<T>(given: unknown, work: () => T): T {
  try {
    return work();
  } catch (refusal) {
    hear([given, refusal]);
    throw refusal;
  }
}

/** Whether `await` would wait for a value: a promise of any realm, or what has a `then`. */
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
 * What a foreign function answered, as a promise. Settles as `await` would. What keeps `await` from listening is heard besides: a
 * promise that has a `then` or a `constructor` of its own, what such a `then` returns, and what holds one that fails.
 */
export function promiseOf(answer: unknown): Promise<unknown> {
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
  return new Promise((resolve, reject) => {
    const adopt = (value: unknown): void => resolve(promiseOf(value));
    hear(hearIfRefused(answer, () => (answer as PromiseLike<unknown>).then(adopt, reject)));
  });
}

function isPlainPromise(promise: Promise<unknown>): boolean {
  return promise.constructor === Promise && promise.then === PROMISE_THEN;
}

/** How a value is looked through. */
interface HearWay {
  readonly levels: number;
  /** Whether it is a caller's own: nothing of it is called, and only what is plain is entered. */
  readonly options: boolean;
}

const WHOLE: HearWay = { levels: Infinity, options: false };
const OPTIONS: HearWay = { levels: OPTION_LEVELS, options: true };

/** Layer by layer, without recursion: a value that is nested deeply must not use up the stack. */
function look(root: object, way: HearWay, hops: number): void {
  // Most objects have no other in them: then there is nothing to remember.
  let seen: Set<object> | undefined;
  let layer: readonly object[] = [root];
  let left = MOST_VALUES;
  for (let level = 0; layer.length > 0; level++) {
    const next: object[] = [];
    for (const object of layer) {
      listen(object, way, hops);
      if (level === way.levels) continue;
      for (const value of within(object, way)) {
        if (--left < 0) return;
        if (!isObject(value)) continue;
        seen ??= new Set([root]);
        if (seen.has(value)) continue;
        seen.add(value);
        next.push(value);
      }
    }
    layer = next;
  }
}

/** Listens to a promise, and where it is no option to any thenable. Does nothing for what is neither. */
function listen(object: object, way: HearWay, hops: number): void {
  const ignore = (value: unknown): void => {
    if (hops > 0 && isObject(value)) look(value, way, hops - 1);
  };
  const isPromise = types.isPromise(object);
  try {
    if (isPromise) PROMISE_THEN.call(object, ignore, ignore);
    // A promise that it hides can only be listened to by way of it.
    else if (!way.options && isThenable(object)) ignore(object.then(ignore, ignore));
  } catch (thrown) {
    ignore(thrown);
    if (isPromise) listenAnyway(object as Promise<unknown>);
  }
}

// This one works on promises of every realm, whatever `then` they have.
const PROMISE_THEN: (
  this: Promise<unknown>,
  ...ears: readonly ((value: unknown) => void)[]
) => unknown = Object.getOwnPropertyDescriptor(Promise.prototype, "then")?.value;

/** To listen to a promise its constructor is read, which may be anything: without one it works as usual. */
function listenAnyway(promise: Promise<unknown>): void {
  const ignore = (): void => {};
  try {
    void Object.defineProperty(promise, "constructor", { value: undefined, configurable: true });
    PROMISE_THEN.call(promise, ignore, ignore);
  } catch {
    // It is frozen as it is: nobody can listen to it.
  }
}

/** What an object holds, as far as it can be read, and what is thrown instead. */
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
        // JSON reads what is in sight of a plain object, getters too, and nothing of an instance.
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
