import { useState, type ReactNode } from "react";
import { Logo } from "../parts/icon.tsx";
import type { Client } from "./client.ts";
import type { Refused } from "./refused.ts";
import { useDeed } from "./desk.ts";
import { Failure } from "./parts.tsx";
import type { SessionAnswer } from "../../../src/server/wire.ts";

/** Asks for the token once; the browser then has a cookie that no script can read. */
export function SignIn(props: {
  readonly client: Client;
  readonly error: Refused | undefined;
  readonly onSigned: (session: SessionAnswer) => void;
}): ReactNode {
  const { client, onSigned } = props;
  const [token, setToken] = useState("");
  const deed = useDeed();
  const error = deed.error ?? props.error;
  return (
    <main className="sign-in">
      <form
        className="card"
        onSubmit={(event) => {
          event.preventDefault();
          if (token.trim() === "") return;
          deed.run(async () => {
            onSigned(await client.post<SessionAnswer>("session", { token: token.trim() }));
          });
        }}
      >
        <span className="brand">
          <Logo />
          <span>Quorate</span>
        </span>
        <h1 className="page-title">Sign in</h1>
        <p className="muted">
          The server printed a token when it started. It is asked for once in this browser.
        </p>
        <label className="lab" htmlFor="token">
          Token
        </label>
        <input
          id="token"
          className="input mono"
          type="password"
          autoComplete="current-password"
          value={token}
          onChange={(event) => setToken(event.target.value)}
          autoFocus
        />
        {error !== undefined && <Failure error={error} />}
        <button type="submit" className="btn primary" disabled={deed.busy}>
          Sign in
        </button>
      </form>
    </main>
  );
}
