import { InvalidArgumentError } from "commander";
import { ageMs } from "./prune-command.ts";

// What flags are given, read. They throw what commander tells of a flag that cannot be read.

/** A time ago, in ms. */
export function age(value: string): number {
  const ms = ageMs(value);
  if (ms === undefined)
    throw new InvalidArgumentError("give days, hours or minutes, as in 30d, 12h, 90m.");
  return ms;
}

/** Names that are separated by commas. */
export function namesIn(list: string): string[] {
  const names = list.split(",").map((name) => name.trim());
  if (names.includes("")) throw new InvalidArgumentError("give names separated by commas.");
  return names;
}

/** A place in a list, from 0. */
export function place(value: string): number {
  const number = Number(value);
  if (value.trim() === "" || !Number.isInteger(number) || number < 0)
    throw new InvalidArgumentError("give a whole number, 0 or more.");
  return number;
}

/** A whole number from 1. */
export function atLeastOne(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError("give a whole number, 1 or more.");
  return number;
}

/** A tag, `name=value`, beside those before it. */
export function tag(
  given: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const at = given.indexOf("=");
  if (at < 1) throw new InvalidArgumentError('give a name and a value, as in "branch=main".');
  const name = given.slice(0, at);
  if (Object.hasOwn(before, name))
    throw new InvalidArgumentError(`"${name}" is given already; give each name once.`);
  return { ...before, [name]: given.slice(at + 1) };
}
