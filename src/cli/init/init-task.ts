/** What a task is: an object with one text, which a schema written by hand checks. */
const taskOf = (
  name: string,
  { member, what, give }: { readonly member: string; readonly what: string; readonly give: string },
): string => `/** What every agent is given${what}. */
interface ${name} {
  readonly ${member}: string;
}

/** Refuses any other task before anybody is asked. A schema of Zod, Valibot or ArkType does as well. */
const ${name}: Schema<${name}> = {
  "~standard": {
    version: 1,
    vendor: "by hand",
    validate(task) {
      const { ${member} } = Object(task) as { readonly ${member}?: unknown };
      return typeof ${member} === "string"
        ? { value: { ${member} } }
        : { issues: [{ message: "the task has no ${member}; give it with --set ${member}=${give}" }] };
    },
  },
};
`;

/** The task of the templates that look at changes. */
export const CHANGE: string = taskOf("Change", {
  member: "diff",
  what: ": a change as git shows it",
  give: "@FILE",
});

/** The task of a panel. */
export const TICKET: string = taskOf("Ticket", { member: "ticket", what: "", give: "TEXT" });

/** The task of a council. */
export const MATTER: string = taskOf("Matter", { member: "question", what: "", give: "TEXT" });
