// The JSON Schema of a team's tasks, as far as it is needed to report mistakes at once. The server checks all of it.

/** A field of a task, as a form hints at it. */
export interface InputField {
  readonly name: string;
  readonly type: string;
  readonly needed: boolean;
  readonly about: string | undefined;
}

type Schema = Readonly<Record<string, unknown>>;

const MOST_FAULTS = 5;
const MOST_DEPTH = 20;

/** The fields of an object task; empty for other tasks. */
export function fieldsOf(schema: unknown): readonly InputField[] {
  const { properties, required } = schemaIn(schema);
  if (typeof properties !== "object" || properties === null) return [];
  const needed = new Set<unknown>(Array.isArray(required) ? required : []);
  return Object.entries(properties).map(([name, one]) => {
    const { description } = schemaIn(one);
    return {
      name,
      type: typeWords(schemaIn(one)),
      needed: needed.has(name),
      about: typeof description === "string" ? description : undefined,
    };
  });
}

/** A task to start from: every required field, empty. */
export function beginning(schema: unknown): string {
  const needed = fieldsOf(schema).filter((field) => field.needed);
  if (schemaIn(schema)["type"] === "string") return '""';
  const empty: Readonly<Record<string, unknown>> = {
    string: "",
    number: 0,
    integer: 0,
    boolean: false,
    array: [],
    object: {},
  };
  const task = Object.fromEntries(needed.map(({ name, type }) => [name, empty[type] ?? null]));
  return JSON.stringify(task, undefined, 2);
}

/** The mistakes in a task, one sentence each; keywords that this does not know are not checked. */
export function faultsIn(schema: unknown, task: unknown): readonly string[] {
  return [...faults(schemaIn(schema), task, "the input", 0)].slice(0, MOST_FAULTS);
}

function* faults(schema: Schema, value: unknown, where: string, depth: number): Generator<string> {
  if (depth > MOST_DEPTH) return;
  const { type, enum: words, required, properties, items, minLength } = schema;
  const types = (Array.isArray(type) ? type : [type]).filter((one) => typeof one === "string");
  if (types.length > 0 && !types.some((one) => isOf(one, value))) {
    yield `${where} has to be ${typeWords(schema)}, and is ${kindOf(value)}.`;
    return;
  }
  if (Array.isArray(words) && !words.some((one) => JSON.stringify(one) === JSON.stringify(value))) {
    yield `${where} has to be ${typeWords(schema)}.`;
  }
  if (typeof minLength === "number" && typeof value === "string" && value.length < minLength) {
    yield value === "" ? `${where} is empty.` : `${where} is shorter than ${minLength} characters.`;
  }
  if (Array.isArray(value)) {
    for (const [index, one] of value.entries()) {
      yield* faults(schemaIn(items), one, `${where}[${index}]`, depth + 1);
    }
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const fields = new Map(Object.entries(value));
  for (const name of Array.isArray(required) ? required : []) {
    if (typeof name === "string" && !fields.has(name)) yield `${where} has no "${name}".`;
  }
  if (typeof properties !== "object" || properties === null) return;
  for (const [name, one] of Object.entries(properties)) {
    if (fields.has(name)) yield* faults(schemaIn(one), fields.get(name), `"${name}"`, depth + 1);
  }
  if (schema["additionalProperties"] !== false) return;
  for (const name of fields.keys()) {
    if (!Object.hasOwn(properties, name))
      yield `${where} has "${name}", which the team does not take.`;
  }
}

function schemaIn(value: unknown): Schema {
  return typeof value === "object" && value !== null ? (value as Schema) : {};
}

function isOf(type: unknown, value: unknown): boolean {
  switch (type) {
    case "integer":
      return Number.isInteger(value);
    case "array":
      return Array.isArray(value);
    case "null":
      return value === null;
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return `${typeof value === "object" ? "an" : "a"} ${typeof value}`;
}

function typeWords({ type, enum: words }: Schema): string {
  if (Array.isArray(words)) return words.map((one) => JSON.stringify(one)).join(" or ");
  const types = Array.isArray(type) ? type : [type];
  return types.filter((one) => typeof one === "string").join(" or ") || "any value";
}
