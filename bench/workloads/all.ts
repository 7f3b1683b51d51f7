import type { Workload } from "../workload.ts";
import { busy } from "./busy.ts";
import { durable } from "./durable.ts";
import { fanOut } from "./fan-out.ts";
import { features } from "./features.ts";
import { deafAgents } from "./given-up.ts";
import { feltByUsers } from "./felt.ts";
import { curves } from "./flat.ts";
import { install } from "./install.ts";
import { loaded } from "./loaded.ts";
import { many } from "./many.ts";
import { manyTasksInMemory, oneSignal } from "./million.ts";
import { provider } from "./provider.ts";
import { sequence } from "./sequence.ts";
import { start } from "./start.ts";
import { watchers } from "./watchers.ts";

/** Everything that is measured, in the order in which it is shown. */
export const workloads: readonly Workload[] = [
  fanOut,
  sequence,
  many,
  busy,
  deafAgents,
  durable,
  start,
  install,
  loaded,
  features,
  watchers,
  feltByUsers,
  provider,
  ...curves,
  manyTasksInMemory,
  oneSignal,
];
