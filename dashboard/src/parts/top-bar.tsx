import { useEffect, useRef, type ReactNode } from "react";
import { useTheme } from "../theme.ts";
import { visible } from "../model/visible.ts";
import { Choose } from "./controls.tsx";
import { Icon, Logo } from "./icon.tsx";

export interface Search {
  /** What is searched, for screen readers. */
  readonly label: string;
  readonly query: string;
  readonly onQuery: (query: string) => void;
}

export interface TopBarProps {
  readonly tenant: string | undefined;
  /** Links to other pages, on a served page. */
  readonly nav?: ReactNode;
  readonly search?: Search;
  /** At the end of the bar. */
  readonly end?: ReactNode;
}

const THEMES = [
  { value: "auto", label: "As the system", icon: "auto" },
  { value: "light", label: "Light", icon: "sun" },
  { value: "dark", label: "Dark", icon: "moon" },
] as const;

/** The top bar: whose run it is, the search, the colour scheme. */
export function TopBar({ tenant, nav, search, end }: TopBarProps): ReactNode {
  const [theme, setTheme] = useTheme();
  return (
    <header className="top">
      <div>
        <span className="brand">
          <Logo />
          <span>Quorate</span>
        </span>
        {nav}
        <div className="end">
          {search !== undefined && <SearchField search={search} />}
          {tenant !== undefined && <span className="tenant">{visible(tenant)}</span>}
          <Choose label="Colour scheme" choices={THEMES} value={theme} onChange={setTheme} />
          {end}
        </div>
      </div>
    </header>
  );
}

/** A text or `/a regular expression/`; the key "/" focuses it from anywhere. */
export function SearchField({ search }: { readonly search: Search }): ReactNode {
  const { label, query, onQuery } = search;
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof HTMLElement && event.target.matches(TYPED_IN)) return;
      event.preventDefault();
      field.current?.focus();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  return (
    <label className="field">
      <Icon name="search" />
      <span className="vh">{label}</span>
      <input
        ref={field}
        value={query}
        placeholder="Search, or /regex/"
        onChange={(event) => onQuery(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          onQuery("");
          event.currentTarget.blur();
        }}
      />
      <kbd>/</kbd>
    </label>
  );
}

const TYPED_IN = "input, textarea, select";
