import { agent, supervisor } from "quorate";

/** Answers with its task, and with what the environment says. */
export default supervisor({
  name: "echo",
  agents: {
    echo: agent({
      name: "echo",
      run: async (task: unknown, { signal }) => {
        if (task === "wait") {
          await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        }
        return { task, said: process.env["ECHO_SAYS"] ?? null };
      },
    }),
  },
});
