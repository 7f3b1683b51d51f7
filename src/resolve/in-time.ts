import { signalOf } from "../async/abort-controller.ts";
import type { Cancellation } from "../async/cancellation.ts";
import { isThenable, promiseOf } from "../model/hear.ts";
import { orCancelled } from "../async/or-cancelled.ts";
import type { Resolver, Ruling } from "./resolver.ts";

/**
 * Gives a resolver until a deadline: its signal is then aborted, and if it has not ruled by then, it has failed, so the
 * chain continues. A synchronous ruling counts even after the deadline.
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
      // Not spread: its properties may be getters.
      const { ask, all, learned, rerun, person } = context;
      const within = { ask, all, learned, rerun, person, signal: until.signal };
      const ruling = resolver.settle(question, within);
      if (!isThenable(ruling)) return ruling;
      return (await orCancelled(promiseOf(ruling), deadline)) as Ruling;
    },
  });
}
