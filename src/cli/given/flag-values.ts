import { InvalidArgumentError } from "commander";
import type { TaskMember } from "./read-task.ts";
import { timeSpan } from "./time-span.ts";
import { describeThrown } from "../../model/errors.ts";
import { readFailOn, type FailOn } from "../../team/read-fail-on.ts";

// What flags are given, read. They throw what commander tells of a flag that cannot be read.

/** A time ago, in ms. */
export function age(value: string): number {
  const ms = timeSpan(value);
  if (ms === undefined)
    throw new InvalidArgumentError('give a number and a unit, as in 30d, 12h, 90m or "2 weeks".');
  return ms;
}

/** How long something may take, in ms. */
export function span(value: string): number {
  const ms = timeSpan(value);
  if (ms === undefined || ms < 1)
    throw new InvalidArgumentError("give a number and a unit, as in 30s, 5m or 1h.");
  return ms;
}

/** An amount of dollars. */
export function dollars(value: string): number {
  const usd = Number(value.replace(/^\$/, ""));
  if (value.trim() === "" || !Number.isFinite(usd) || usd < 0)
    throw new InvalidArgumentError("give an amount in US dollars, as in 0.50.");
  return usd;
}

/** A member of the task, beside those before it: `name=text`, `name:=JSON`, `name=@file`. */
export function setting(given: string, before: readonly TaskMember[] = []): TaskMember[] {
  const at = given.indexOf("=");
  const isJson = given[at - 1] === ":";
  const name = given.slice(0, isJson ? at - 1 : at);
  if (at < 1 || name === "")
    throw new InvalidArgumentError("give a name and a value: name=text, name:=JSON or name=@file.");
  if (before.some((one) => one.name === name))
    throw new InvalidArgumentError(`"${name}" is given already; give each name once.`);
  const said = given.slice(at + 1);
  const inFile = /^@(?!@)./.test(said);
  const value = said.startsWith("@") ? said.slice(1) : said;
  return [...before, { name, kind: isJson ? "json" : "text", value, inFile }];
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

/** What must not come out, beside those before it. */
export function failOn(given: string, before?: FailOn): FailOn {
  try {
    return readFailOn(given, before);
  } catch (error) {
    throw new InvalidArgumentError(`${describeThrown(error)}.`);
  }
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

/** Which of several is first: the higher one. */
export function priority(value: string): number {
  const number = Number(value);
  if (!/^-?\d+$/.test(value) || Math.abs(number) > 100)
    throw new InvalidArgumentError("give a whole number from -100 to 100.");
  return number;
}
