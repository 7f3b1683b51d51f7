import { option, type Option } from "./options.ts";

/** An origin of http or https, as `URL.origin` has it; one address of it, with no path, will do. */
export function origin(instead: string): Option<string | undefined> {
  return option((given) => {
    if (typeof given !== "string" || !URL.canParse(given)) return undefined;
    const { protocol, origin: own, href } = new URL(given);
    const isOrigin = protocol === "https:" || protocol === "http:";
    return isOrigin && (href === `${own}/` || href === own) ? own : undefined;
  }, instead);
}
