import { dearerRungs, mayAskFurther } from "../call/ladder.ts";
import type { ConfiguredAgent } from "../call/configured-agent.ts";
import { sha256 } from "../model/hash.ts";
import { canonicalJson } from "../model/json.ts";

/**
 * Identifies a member for its team: the agent, and all that may be asked in its place. A function of its output cannot be
 * recognised: change the agent's version with it.
 */
export function wholeDefinition(configured: ConfiguredAgent): string {
  const { escalateIf, fallback } = configured;
  const own = configured.definition();
  if (!mayAskFurther(configured)) return own;
  const reasons = escalateIf.map((reason) => (typeof reason === "function" ? "function" : reason));
  const dearer = dearerRungs(configured).map((rung) => rung.configured.definition());
  return sha256(canonicalJson([own, reasons, dearer, fallback.map(wholeDefinition)]));
}
