import type { GroupingContext } from "../../src/conflict/group.ts";
import type { Subject } from "../../src/conflict/subject.ts";
import { subjects, type Material } from "../../src/conflict/subjects.ts";

const NEVER = { signal: undefined };

/** What there is to decide, where comparators ask nobody. */
export function subjectsOf(
  material: Material,
  ask: GroupingContext["ask"] = () => Promise.reject(new Error("nobody is asked")),
): Promise<readonly Subject[]> {
  return subjects(material, { ask, asking: NEVER, stopping: NEVER });
}
