import { useEffect, useState, type MouseEvent, type ReactNode } from "react";
import { visible } from "../model/visible.ts";
import { Icon } from "../parts/icon.tsx";
import { TopBar } from "../parts/top-bar.tsx";
import type { Refused } from "./refused.ts";
import { useSigned } from "./desk.ts";
import { go, hrefOf, NO_FILTER, type Route } from "./route.ts";

/** A link within the page. With a modifier key or another mouse button, the browser handles it. */
export function Go(props: {
  readonly to: Route;
  readonly className?: string;
  readonly current?: boolean;
  readonly children: ReactNode;
}): ReactNode {
  const { to, className, current = false, children } = props;
  return (
    <a
      href={hrefOf(to)}
      className={className}
      aria-current={current ? "page" : undefined}
      onClick={(event) => follow(event, to)}
    >
      {children}
    </a>
  );
}

export function follow(event: MouseEvent, to: Route): void {
  const { button, metaKey, ctrlKey, shiftKey, altKey } = event;
  if (button !== 0 || metaKey || ctrlKey || shiftKey || altKey) return;
  event.preventDefault();
  go(to);
}

const PLACES: readonly (readonly [name: string, to: Route])[] = [
  ["Runs", { page: "runs", filter: NO_FILTER }],
  ["Agents", { page: "agents", team: undefined }],
  ["Compare", { page: "compare", before: undefined, after: undefined }],
];

export function Nav({ at }: { readonly at: Route["page"] }): ReactNode {
  return (
    <nav className="nav" aria-label="Pages">
      {PLACES.map(([name, to]) => (
        <Go key={name} to={to} current={to.page === at}>
          {name}
        </Go>
      ))}
    </nav>
  );
}

/** A page other than a run's: the bar, a heading, and the content. */
export function Frame(props: {
  readonly at: Route["page"];
  readonly title: string;
  readonly about?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}): ReactNode {
  const { at, title, about, actions, children } = props;
  const { session } = useSigned();
  useEffect(() => {
    document.title = `${title} · Quorate`;
  }, [title]);
  return (
    <>
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <TopBar tenant={session.tenant} nav={<Nav at={at} />} end={<SignOut />} />
      <main className="wrap list" id="main" tabIndex={-1}>
        <div className="head">
          <div>
            <h1 className="page-title">{title}</h1>
            {about !== undefined && <p className="muted xs">{about}</p>}
          </div>
          <div className="end">{actions}</div>
        </div>
        {children}
        <footer className="note">
          <span>
            Times of day are UTC. <a href="assets/licences.txt">Licences of what it is made with</a>
          </span>
        </footer>
      </main>
    </>
  );
}

export function SignOut(): ReactNode {
  const { signOut } = useSigned();
  return (
    <button type="button" className="btn quiet" title="Sign out" onClick={signOut}>
      <Icon name="leave" />
      <span className="vh">Sign out</span>
    </button>
  );
}

/** Why something was refused, shown where it was asked for. */
export function Failure(props: {
  readonly error: Refused;
  readonly again?: (() => void) | undefined;
}): ReactNode {
  const { error, again } = props;
  return (
    <div className="failure" role="alert">
      <Icon name="alert" />
      <p>
        {visible(error.message)} <span className="mono xs muted">{visible(error.code)}</span>
      </p>
      {again !== undefined && (
        <button type="button" className="btn" onClick={again}>
          <Icon name="again" />
          Try again
        </button>
      )}
    </div>
  );
}

export function Empty(props: { readonly title: string; readonly children: ReactNode }): ReactNode {
  return (
    <div className="empty">
      <b>{props.title}</b>
      {props.children}
    </div>
  );
}

/** Grey bars as high as the coming content, shown after 300 ms, so that fast content replaces nothing. */
export function Loading({ rows = 6 }: { readonly rows?: number }): ReactNode {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 300);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="loading" aria-busy="true">
      <span className="vh" role="status">
        Loading
      </span>
      {late && Array.from({ length: rows }, (_, index) => <i key={index} />)}
    </div>
  );
}
