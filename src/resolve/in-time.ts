import { signalOf } from "../async/abort-controller.ts";
import type { Cancellation } from "../async/cancellation.ts";
import { isThenable, promiseOf } from "../model/hear.ts";
import { orCancelled } from "../async/or-cancelled.ts";
import type { Resolver, Ruling } from "./resolver.ts";

/**
 * Gives a resolver until a deadline: its signal is aborted then, and what it has not ruled by then is a failure of its own, so that the
 * chain goes on. What it rules at once counts also afterwards.
 */
export function inTime(deadline: Cancellation): (resolver: Resolver) => Resolver {
  return (resolver) => ({
    name: resolver.name,
    ...(resolver.asks !== undefined && { asks: resolver.asks }),
    ...(resolver.agreed !== undefined && {
      agreed: (question, context) => resolver.agreed?.(question, context) as never,
    }),
    async settle(question, context) {
      using until = signalOf(deadline);
      const ruling = resolver.settle(question, { ...context, signal: until.signal });
      if (!isThenable(ruling)) return ruling;
      return (await orCancelled(promiseOf(ruling), deadline)) as Ruling;
    },
  });
}
