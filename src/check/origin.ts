import { option, type Option } from "./options.ts";

/** An http or https origin, as `URL.origin` gives it; also accepts a URL without a path. */
export function origin(instead: string): Option<string | undefined> {
  return option((given) => {
    if (typeof given !== "string" || !URL.canParse(given)) return undefined;
    const { protocol, origin: own, href } = new URL(given);
    const isOrigin = protocol === "https:" || protocol === "http:";
    return isOrigin && (href === `${own}/` || href === own) ? own : undefined;
  }, instead);
}
