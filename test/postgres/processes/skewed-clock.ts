// Loaded first: the clock of this process is so many ms off, as SKEW_MS says.
const skewMs = Number(process.env["SKEW_MS"]);
const RealDate = Date;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, given, made) =>
    Reflect.construct(
      target,
      given.length === 0 ? [RealDate.now() + skewMs] : given,
      made,
    ) as object,
  apply: () => new RealDate(RealDate.now() + skewMs).toString(),
  get: (target, name, receiver) =>
    name === "now"
      ? () => RealDate.now() + skewMs
      : (Reflect.get(target, name, receiver) as unknown),
});
