import { CommanderError, type Command } from "commander";
import { EXIT } from "../exit-code.ts";

/** Asks for what a command has to be given once all else is known to be an option of it: what seems to be missing may be misspelt. */
export function askForMissing(command: Command): void {
  const needed = command.options.filter(({ mandatory }) => mandatory);
  for (const option of needed) option.makeOptionMandatory(false);
  command.hook("preAction", () => {
    const missing = needed.find(
      (option) => command.getOptionValue(option.attributeName()) === undefined,
    );
    if (missing === undefined) return;
    const why = `error: required option '${missing.flags}' not specified`;
    throw new CommanderError(EXIT.usage, "commander.missingMandatoryOptionValue", why);
  });
}
