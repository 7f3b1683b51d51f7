export { agentContract } from "./agent-contract/agent-contract.ts";
export { codingAgentContract } from "./agent-contract/coding.ts";
export type {
  CodingAgentUnderTest,
  CodingPeer,
  CodingSetting,
  CodingStep,
  MakeCodingAgent,
} from "./agent-contract/coding.ts";
export type {
  AgentLacks,
  AgentPeer,
  AgentSetting,
  AgentUnderTest,
  MakeAgent,
  PeerStep,
  PeerUsage,
} from "./agent-contract/peer.ts";
export { record, replay } from "./cassette/cassette.ts";
export type { CassetteOptions } from "./cassette/cassette.ts";
export type { ContractCase } from "./contract.ts";
export { executorContract } from "./executor-contract/executor-contract.ts";
export { executorAgents } from "./executor-contract/stepper.ts";
export type { ContractStep } from "./executor-contract/stepper.ts";
export type { ExecutorUnderTest, OpenExecutor } from "./executor-contract/under-test.ts";
export { farExecutor } from "./far/far-executor.ts";
export type { FarExecutor, FarLink } from "./far/far-executor.ts";
export { farWorker } from "./far/far-worker.ts";
export { limiterContract } from "./limiter-contract/limiter-contract.ts";
export type { LimiterUnderTest, OpenLimiter } from "./limiter-contract/under-test.ts";
export { scripted } from "./scripted.ts";
export type { ScriptedAgent, ScriptedCall, ScriptedOptions, Step } from "./scripted.ts";
export type { OpenStore } from "./store-contract/checks.ts";
export type { StoreHarness } from "./store-contract/closing.ts";
export { storeContract } from "./store-contract/store-contract.ts";
export { virtualClock } from "./virtual-clock.ts";
export type { VirtualClock, VirtualClockOptions } from "./virtual-clock.ts";
