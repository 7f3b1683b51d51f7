#!/usr/bin/env node
const OLDEST_NODE = 24;

if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  process.stderr.write(
    `quorate: this needs Node ${OLDEST_NODE} or newer, and this is ${process.version}.\n`,
  );
  process.exitCode = 2;
} else {
  // Not before: an older Node cannot even read what they import.
  const [{ finish }, { keepOutputs }, { runProgram }, { watchStrays }] = await Promise.all([
    import("./finish.ts"),
    import("./output.ts"),
    import("./program.ts"),
    import("./strays.ts"),
  ]);
  keepOutputs();
  watchStrays();
  await finish(await runProgram(process.argv.slice(2)));
}
