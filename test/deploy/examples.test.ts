import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { quorate, folder } from "../cli/command.ts";

// The examples of deploy/ call commands and flags that there are, and give a worker time to stop.

const deploy = resolve(import.meta.dirname, "../../deploy");
const read = (file: string): string => readFileSync(join(deploy, file), "utf8");

interface Service {
  readonly command?: readonly string[];
  readonly stop_grace_period?: string;
}

interface Deployment {
  readonly kind: string;
  readonly spec: {
    readonly selector: { readonly matchLabels: object };
    readonly template: {
      readonly metadata: { readonly labels: object };
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly containers: readonly [{ readonly args: readonly string[] }];
      };
    };
  };
}

const compose = parse(read("compose.yaml"), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
};
const deployments = parseAllDocuments(read("kubernetes.yaml")).map(
  (document) => document.toJS() as Deployment,
);

const flagsOf = (args: readonly string[]): readonly string[] =>
  args.filter((word) => word.startsWith("--"));

describe("the examples of deploy/", () => {
  it("call commands with flags that these have", async () => {
    const own = [
      ...Object.values(compose.services).flatMap(({ command }) =>
        command === undefined ? [] : [command],
      ),
      ...deployments.map(({ spec }) => spec.template.spec.containers[0].args),
    ];
    expect(own).toHaveLength(5);
    const cwd = folder();
    for (const command of new Set(own.map(([name = ""]) => name))) {
      const { stdout } = await quorate([command, "--help"], cwd);
      for (const args of own.filter(([name]) => name === command))
        for (const flag of flagsOf(args)) expect(stdout).toContain(`${flag} `);
    }
    expect(read("Containerfile")).toContain('CMD ["worker", "team.ts"]');
  });

  it("give workers longer to stop than these give to what is under way", () => {
    const drainOf = (args: readonly string[] = []): number => {
      const given = /^(\d+)s$/.exec(args[args.indexOf("--drain") + 1] ?? "");
      return Number(given?.[1]);
    };
    const { runs, gpu } = compose.services;
    for (const service of [runs, gpu])
      expect(Number.parseInt(service?.stop_grace_period ?? "", 10)).toBeGreaterThanOrEqual(
        drainOf(service?.command) + 10,
      );
    for (const { kind, spec } of deployments) {
      expect(kind).toBe("Deployment");
      expect(spec.template.metadata.labels).toEqual(spec.selector.matchLabels);
      const { terminationGracePeriodSeconds, containers } = spec.template.spec;
      expect(terminationGracePeriodSeconds).toBeGreaterThanOrEqual(
        drainOf(containers[0].args) + 10,
      );
    }
  });
});
