// npm start: the code review board; npm start -- gate PATH: the release gate.

if (process.argv[2] === "gate") await import("./release-gate/main.ts");
else await import("./code-review-board/main.ts");

export {};
