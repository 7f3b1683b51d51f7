/** What a person has to type to call this command line again: where `npx` or a script of `package.json` found it, a shell alone would not. */
export function commandName(): string {
  return process.env["npm_lifecycle_event"] === undefined ? "quorate" : "npx quorate";
}
