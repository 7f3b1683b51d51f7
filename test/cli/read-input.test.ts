import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { MAX_INPUT_BYTES, readInput } from "../../src/cli/given/read-input.ts";

const stdin = (...chunks: (string | Buffer)[]): Readable =>
  Readable.from(chunks.map((chunk) => Buffer.from(chunk)));

describe("readInput", () => {
  it("reads JSON from standard input, also where a character falls across two pieces", async () => {
    const bytes = Buffer.from('{"name":"Größe"}');
    await expect(readInput("-", stdin(bytes.subarray(0, 12), bytes.subarray(12)))).resolves.toEqual(
      { name: "Größe" },
    );
  });

  it("reads a file, with or without a byte-order mark", async () => {
    const file = join(await mkdtemp(join(tmpdir(), "quorate-input-")), "task.json");
    await writeFile(file, "\uFEFF[1,2]");
    await expect(readInput(file)).resolves.toEqual([1, 2]);
  });

  it.each([
    ["", "it is empty"],
    ['{"a":1,\n "b" 2}', 'unexpected "2" at line 2, column 6'],
    ['{"a":', "ends too early, at line 1, column 6"],
    ["nope", 'unexpected "n" at line 1, column 1'],
    ['["a\nb"]', "line 1, column 2"],
    ["[1,]", 'unexpected "]" at line 1, column 4'],
    ["1 2", 'unexpected "2" at line 1, column 3'],
  ])("says where %j is not JSON", async (text, where) => {
    await expect(readInput("-", stdin(text))).rejects.toMatchObject({
      code: "INPUT_INVALID",
      message: expect.stringContaining(where) as string,
    });
  });

  it("stops reading what is too large", async () => {
    const mebibyte = Buffer.alloc(1024 ** 2, " ");
    let read = 0;
    const endless = Readable.from(
      (function* () {
        for (; read < 10_000; read++) yield mebibyte;
      })(),
    );
    await expect(readInput("-", endless)).rejects.toThrow("larger than 16 MiB");
    expect(read).toBeLessThan(MAX_INPUT_BYTES / 1024 ** 2 + 40);
  });

  it("says what is wrong with a file that cannot be read", async () => {
    await expect(readInput("/no/such/file.json")).rejects.toThrow(
      "/no/such/file.json cannot be read: there is no such file",
    );
    await expect(readInput(tmpdir())).rejects.toThrow("it is a folder");
    await expect(readInput("-", stdin(Buffer.from([0x22, 0xff, 0x22])))).rejects.toThrow(
      "not UTF-8",
    );
  });
});
