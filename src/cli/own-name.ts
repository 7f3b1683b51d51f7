/** What a person has to type to call this command line again: where `npx` found it, a shell alone would not. */
export function ownName(): string {
  return process.env["npm_lifecycle_event"] === "npx" ? "npx quorate" : "quorate";
}
