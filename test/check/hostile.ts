/** An object, or a function, that throws whatever is asked of it. */
const throwing = (target: object): object => {
  const trap = (): never => {
    throw new RangeError("a trap of the caller's");
  };
  return new Proxy(target, new Proxy({}, { get: () => trap }));
};

/** What JavaScript hands in where types say otherwise. Each made anew: some can be gone through only once. */
export const HOSTILE: readonly (() => unknown)[] = [
  () => undefined,
  () => null,
  () => 1,
  () => Number.NaN,
  () => 1n,
  () => "x",
  () => Symbol("s"),
  () => [],
  () => [null],
  () => [Symbol("s")],
  () => ({}),
  () => throwing({}),
  () => throwing(() => {}),
  () => ({
    get name() {
      throw new RangeError("a getter of the caller's");
    },
  }),
  () => () => {
    throw new RangeError("a function of the caller's");
  },
  () => -1,
  () => "x".repeat(1_000_000),
  () => 10n ** 1_000n,
  () => new Map([[Symbol("s"), 1]]),
  () => Object.create(null) as unknown,
  () => [Object.create(null)],
];
