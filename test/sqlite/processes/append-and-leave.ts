// Appends without waiting or closing: the process ends by itself, and not before the event is kept.
import { sqlite } from "../../../src/sqlite/index.ts";
import { started } from "../../../src/testing/store-contract/run-events.ts";

const store = sqlite({ path: process.argv[2] ?? "" }).store;
void store.append([started("run")]);
