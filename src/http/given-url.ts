import { option, type Option } from "../check/options.ts";
import { shown } from "../check/shown.ts";
import { QuorateError } from "../model/errors.ts";
import { isPrivateHost } from "./guarded-fetch.ts";

/** `givenUrl` as an option. */
export function address(example: string): Option<URL | undefined> {
  return option((given, what) => givenUrl(given, what, example), "");
}

/** Throws `BAD_OPTIONS` for a URL whose host is visibly not public. `allow` is the option that permits it. */
export function refusePrivate(url: URL, where: string, allow = "allowPrivate: true"): void {
  if (!isPrivateHost(url)) return;
  throw new QuorateError(
    "BAD_OPTIONS",
    `${where} asks ${url.host}, whose address is not public; set ${allow} if that is intended`,
  );
}

/** The default name of an agent that is a host. */
export const nameOfHost = ({ host }: URL): string => host.replaceAll(/[/~]/g, "-");

/**
 * An http or https URL that an adapter was given, without a name and a password in it. Throws `BAD_OPTIONS`; the message shows nothing that may
 * hold a password. `what` begins the message, as in `httpAgent: url`.
 */
export function givenUrl(given: unknown, what: string, example: string): URL {
  const isUrl = given instanceof URL || (typeof given === "string" && URL.canParse(given));
  const url = isUrl ? new URL(given) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol)) {
    const mayHide = (given instanceof URL ? given.href : shown(given)).includes("@");
    throw new QuorateError(
      "BAD_OPTIONS",
      `${what} is ${mayHide ? "not an address of http or https" : shown(given)}; use an address such as "${example}"`,
    );
  }
  if (`${url.username}${url.password}` === "") return url;
  throw new QuorateError(
    "BAD_OPTIONS",
    `${what} has a name or a password in it; put it into headers: { authorization: { env: "NAME" } }`,
  );
}
