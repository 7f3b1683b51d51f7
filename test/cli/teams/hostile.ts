import { agent, supervisor, support, unanimous } from "quorate";

const evil = "\u001b[2J\u001b[31mred\u001b]0;title\u0007 \u202egnirts\u2066 a\u200bb\u0085c ";
const long = `${evil}${"and a long word: ".repeat(40)}${"x".repeat(400)}`;

export default supervisor({
  name: "hostile",
  agents: {
    plain: agent({
      name: "plain",
      run: () => ({ recommendation: "ship", findings: ["a short finding"] }),
    }),
    loud: agent({
      name: "loud",
      run: () => ({ recommendation: `hold ${evil}`, findings: [long, `${evil} again`] }),
    }),
    angry: agent({
      name: "angry",
      retries: 0,
      run: (): never => {
        throw new Error(long);
      },
    }),
  },
  resolve: [unanimous(), support({ atLeast: 1 })],
});
