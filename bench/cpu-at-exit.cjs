// Loaded into a process before its program: says on standard error, as its last line, what the process took of the cores.

const { writeSync } = require("node:fs");

process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  writeSync(2, `\n${(user + system) / 1_000}`);
});
