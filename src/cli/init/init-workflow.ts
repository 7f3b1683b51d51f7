import { INSTALLING, type InitPlan, type PlannedCodingAgent } from "./init-plan.ts";

/** The workflow of a template that looks at changes. */
export function workflow(plan: InitPlan): string {
  const { template, ending, packageManager, codingAgent, below } = plan;
  const install = codingAgent === undefined ? "" : `      - run: ${codingAgent.install}\n`;
  return `name: ${template}
on: pull_request
permissions:
  contents: read
jobs:
  ${template}:
    runs-on: ubuntu-latest
${below === undefined ? "" : `    defaults:\n      run:\n        working-directory: ${JSON.stringify(below.folder)}\n`}    steps:
      - uses: actions/checkout@9c091bb21b7c1c1d1991bb908d89e4e9dddfe3e0 # v7.0.0
        with:
          fetch-depth: 0
          persist-credentials: false
      - uses: actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0
        with:
          node-version: 24
      - run: ${INSTALLING[packageManager].locked}
${install}      - run: git diff "origin/$GITHUB_BASE_REF...HEAD" > "$RUNNER_TEMP/change.diff"
      # The action of the package that is installed. With comment: true it needs pull-requests: write, with sarif: true security-events: write.
      - uses: ${below === undefined ? "./node_modules/quorate" : JSON.stringify(below.installed)}
        with:
${below === undefined ? "" : `          working-directory: ${JSON.stringify(below.folder)}\n`}          team: ${template}.${ending}
          args: |
            --set
            diff=@\${{ runner.temp }}/change.diff
${keyOf(codingAgent)}`;
}

/** The key that a coding agent asks its service with, as a secret of the repository. */
function keyOf(codingAgent: PlannedCodingAgent | undefined): string {
  if (codingAgent === undefined) return "";
  const { name, secret } = codingAgent;
  return `        env:
          # What ${name} asks its service with: a secret of the repository. A pull request of a fork is given none.
          ${secret}: \${{ secrets.${secret} }}
`;
}
