import { InvalidArgumentError } from "commander";
import { describeThrown } from "../../model/errors.ts";
import { givenPath } from "./given-path.ts";

/**
 * The flag `--env-file`: sets the variables of a file, as Node's own flag does; what is set already stays. It is read while the command line is, so that
 * it may say what the other flags read from the environment. Node may have read it before, as it looks for that flag behind the program too; it then refuses
 * a file that is not there by itself.
 */
export function envFile(file: string, before: readonly string[] = []): string[] {
  try {
    process.loadEnvFile(givenPath(file));
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new InvalidArgumentError(isMissing ? "there is no such file." : describeThrown(error));
  }
  return [...before, file];
}
