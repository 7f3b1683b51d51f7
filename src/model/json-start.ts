import { types } from "node:util";

/**
 * The beginning of what `JSON.stringify` writes for a foreign value: `maxChars` UTF-16 units of it and a few more, or all of it if that is
 * less; `…` stands for members after so many that are left out. Visits no more values than that, however many there are: one that is
 * shared within itself, or whose getters make new ones, would be written without end. Throws where `JSON.stringify` would. What
 * getters and `toJSON` have only just made is added to `made`.
 */
export function jsonStart(value: unknown, maxChars: number, made: unknown[]): string {
  const writing: Writing = { text: "", maxChars, left: maxChars, above: new Set(), made };
  if (!write(writing, value)) return "undefined";
  return writing.left < 0 && writing.text.length <= maxChars ? `${writing.text}…` : writing.text;
}

interface Writing {
  text: string;
  readonly maxChars: number;
  /** How many more values may be visited. */
  left: number;
  /** The objects around the current value. */
  readonly above: Set<object>;
  readonly made: unknown[];
}

const isFull = ({ text, maxChars, left }: Writing): boolean => left < 0 || text.length > maxChars;

/** Writes a value after `lead`, unless JSON leaves it out; says whether it was written. */
function write(writing: Writing, given: unknown, lead = "", key = ""): boolean {
  writing.left--;
  const value = withoutToJson(given, key, writing.made);
  switch (typeof value) {
    case "undefined":
    case "function":
    case "symbol":
      return false;
    case "string":
      // A long text is looked at only as far as it is shown.
      writing.text += lead + JSON.stringify(value.slice(0, 2 * writing.maxChars));
      return true;
    case "object":
      if (value === null || types.isBoxedPrimitive(value)) break;
      writing.text += lead;
      writeWithin(writing, value);
      return true;
    default:
  }
  writing.text += lead + JSON.stringify(value);
  return true;
}

function writeWithin(writing: Writing, object: object): void {
  if (writing.above.has(object)) throw new TypeError("a cycle");
  writing.above.add(object);
  const isList = Array.isArray(object);
  writing.text += isList ? "[" : "{";
  if (isList) writeItems(writing, object);
  else writeMembers(writing, object as Readonly<Record<string, unknown>>);
  if (!isFull(writing)) writing.text += isList ? "]" : "}";
  writing.above.delete(object);
}

function writeItems(writing: Writing, items: readonly unknown[]): void {
  for (let index = 0; index < items.length && !isFull(writing); index++) {
    const comma = index === 0 ? "" : ",";
    const item = readMade(items, String(index), writing.made);
    if (!write(writing, item, comma, String(index))) writing.text += `${comma}null`;
  }
}

function writeMembers(writing: Writing, members: Readonly<Record<string, unknown>>): void {
  let comma = "";
  for (const key of Object.keys(members)) {
    if (isFull(writing)) return;
    const lead = `${comma}${JSON.stringify(key.slice(0, writing.maxChars))}:`;
    if (write(writing, readMade(members, key, writing.made), lead, key)) comma = ",";
  }
}

function withoutToJson(value: unknown, key: string, made: unknown[]): unknown {
  const isObject = typeof value === "object" && value !== null;
  if (!isObject && typeof value !== "bigint") return value;
  const toJson = readMade(Object(value) as object, "toJSON", made);
  if (typeof toJson !== "function") return value;
  const json: unknown = Reflect.apply(toJson, value, [key]);
  made.push(json);
  return json;
}

/** A property of an object; if a getter or a proxy has only just made the value, adds it to `made`. */
export function readMade(object: object, key: string, made: unknown[]): unknown {
  const value: unknown = Reflect.get(object, key);
  // A class has much in it, but nothing that was thrown.
  if (typeof value === "function") return value;
  if (Reflect.getOwnPropertyDescriptor(object, key)?.value !== value) made.push(value);
  return value;
}
