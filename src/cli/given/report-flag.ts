import { InvalidArgumentError } from "commander";
import { didYouMean } from "../../check/did-you-mean.ts";
import { FORMATS, type ReportFormat } from "../../report/formats.ts";

/** What a file may have: a format of `render()`, or the page that a browser shows. */
const FILE_FORMATS = [...FORMATS, "html"] as const;

/** A report that is to be written, and where. */
export interface ReportFile {
  readonly format: ReportFormat | "html";
  readonly file: string;
}

/** The flag `--report FORMAT=FILE`, beside those before it. */
export function reportFile(given: string, before: readonly ReportFile[] = []): ReportFile[] {
  return [...before, fileOfFormat(given, FILE_FORMATS)];
}

/** `FORMAT=FILE`, with one of these formats. */
export function fileOfFormat<Format extends string>(
  given: string,
  formats: readonly Format[],
): { readonly format: Format; readonly file: string } {
  const at = given.indexOf("=");
  const [name, file] = [given.slice(0, Math.max(at, 0)), given.slice(at + 1)];
  const format = formats.find((one) => one === name);
  if (format !== undefined && file !== "") return { format, file };
  const near = format === undefined && name !== "" ? didYouMean(name, formats) : undefined;
  const meant = near === undefined ? "." : `; did you mean ${near}?`;
  throw new InvalidArgumentError(
    `give a format and a file, as in "md=report.md"; formats are ${formats.join(", ")}${meant}`,
  );
}
