import { useEffect, useRef, type ReactNode } from "react";
import { useTheme } from "../theme.ts";
import { Choose } from "./controls.tsx";
import { Icon, Logo } from "./icon.tsx";

export interface TopBarProps {
  readonly tenant: string | undefined;
  readonly query: string;
  readonly onQuery: (query: string) => void;
}

const THEMES = [
  { value: "auto", label: "As the system", icon: "auto" },
  { value: "light", label: "Light", icon: "sun" },
  { value: "dark", label: "Dark", icon: "moon" },
] as const;

/** Above everything: whose run it is, the search, the scheme. */
export function TopBar({ tenant, query, onQuery }: TopBarProps): ReactNode {
  const [theme, setTheme] = useTheme();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof HTMLInputElement) return;
      event.preventDefault();
      field.current?.focus();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  return (
    <header className="top">
      <div>
        <span className="brand">
          <Logo />
          <span>Quorate</span>
        </span>
        <div className="end">
          <label className="field">
            <Icon name="search" />
            <span className="vh">Search calls and findings</span>
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
          {tenant !== undefined && <span className="tenant">{tenant}</span>}
          <Choose label="Colour scheme" choices={THEMES} value={theme} onChange={setTheme} />
        </div>
      </div>
    </header>
  );
}
