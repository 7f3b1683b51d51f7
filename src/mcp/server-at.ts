import { flag, object, text } from "../check/kinds.ts";
import { option, type Option } from "../check/options.ts";
import { shown } from "../check/shown.ts";
import { givenUrl, refusePrivate } from "../http/given-url.ts";
import { HEADERS } from "../http/header-values.ts";
import { QuorateError } from "../model/errors.ts";
import { ENVIRONMENT } from "../program/environment.ts";
import { ARGUMENTS } from "../program/program-options.ts";
import type { McpProgram } from "./connection.ts";
import type { McpAddress } from "./http-transport.ts";

const USE = 'use { command: "npx", args: […] }, or { url: "https://…" }';

/** The `server` option: a program that is started, or a URL. */
export const SERVER: Option<McpProgram | McpAddress | undefined> = option((given, what) => {
  const server = object<Partial<McpProgram & McpAddress>>(USE).needed().take(given, what);
  const { command, args, env, cwd, url, headers, allowPrivate, ...others } = server;
  const [other] = Object.keys(others);
  if (other !== undefined || (command === undefined) === (url === undefined)) {
    const why = other === undefined ? "is neither a program nor an address" : `has ${shown(other)}`;
    throw new QuorateError("BAD_OPTIONS", `${what} ${why}; ${USE}`);
  }
  if (url === undefined) {
    text('name a program, for instance "npx"').take(command, `${what}: command`);
    ARGUMENTS.take(args, `${what}: args`);
    ENVIRONMENT.take(env, `${what}: env`);
    text("use the path of a folder").take(cwd, `${what}: cwd`);
  } else {
    HEADERS.take(headers, `${what}: headers`);
    flag().take(allowPrivate, `${what}: allowPrivate`);
    const at = givenUrl(url, `${what}: url`, "https://tools.example/mcp");
    const where = what.replace(/: server$/, "");
    if (allowPrivate !== true) refusePrivate(at, where, "allowPrivate: true in server");
  }
  return server as McpProgram | McpAddress;
}, USE);
