import { executorAgents, farWorker } from "../../../src/testing/index.ts";

farWorker(executorAgents);
