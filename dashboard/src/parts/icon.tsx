import type { ReactNode } from "react";

const PATHS = {
  check: "M3 8.5l3.2 3L13 4.8",
  cross: "M4 4l8 8M12 4l-8 8",
  clock: "M8 4.5V8l2.3 1.6M8 1.8a6.2 6.2 0 100 12.4A6.2 6.2 0 008 1.8z",
  person: "M8 8a2.8 2.8 0 100-5.6A2.8 2.8 0 008 8zM2.8 14c.5-2.7 2.6-4 5.2-4s4.7 1.3 5.2 4",
  alert: "M8 2.2L14.2 13H1.8zM8 6.5v3M8 11.3v.1",
  info: "M8 7.2v4M8 4.8v.1M8 1.8a6.2 6.2 0 100 12.4A6.2 6.2 0 008 1.8z",
  search: "M7 12A5 5 0 107 2a5 5 0 000 10zM10.7 10.7L14 14",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M5 3.2l7.5 4.8L5 12.8z",
  chevron: "M6 3.5L10.5 8 6 12.5",
  link: "M6.5 9.5l3-3M7 4.5l1-1a3.2 3.2 0 014.5 4.5l-1 1M9 11.5l-1 1A3.2 3.2 0 013.5 8l1-1",
  sun: "M8 5a3 3 0 100 6 3 3 0 000-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
  moon: "M13.5 9.5A6 6 0 016.5 2.5a6 6 0 107 7z",
  auto: "M8 2a6 6 0 100 12zM8 2a6 6 0 010 12",
  again: "M13 8a5 5 0 11-1.6-3.7M13 2v3h-3",
  minus: "M3.5 8h9",
  question: "M6 6a2 2 0 113 1.7c-.7.4-1 .8-1 1.6M8 11.8v.1",
  fork: "M4.5 4.5a1.5 1.5 0 100-3 1.5 1.5 0 000 3zM11.5 4.5a1.5 1.5 0 100-3 1.5 1.5 0 000 3zM8 14.5a1.5 1.5 0 100-3 1.5 1.5 0 000 3zM4.5 4.5C4.5 7.5 8 7 8 11.5M11.5 4.5C11.5 7.5 8 7 8 11.5",
  stop: "M4 4h8v8H4z",
  swap: "M3 5.5h9.5L10 3M13 10.5H3.5L6 13",
  leave: "M9.5 2.5H3.5v11h6M7 8h7M11.5 5.5L14 8l-2.5 2.5",
  dot: "M8 6a2 2 0 100 4 2 2 0 000-4z",
} as const;

export type IconName = keyof typeof PATHS;

/** An icon; its meaning is beside it in words. */
export function Icon({ name }: { readonly name: IconName }): ReactNode {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** Six dots, one of which differs. */
export function Logo(): ReactNode {
  const places = [0, 1, 2, 3, 4, 5].map((index) => {
    const angle = ((index * 60 - 90) * Math.PI) / 180;
    return { x: 10 + 6.6 * Math.cos(angle), y: 10 + 6.6 * Math.sin(angle) };
  });
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true">
      {places.map(({ x, y }, index) =>
        index === 1 ? (
          <circle
            key={index}
            cx={x}
            cy={y}
            r={1.7}
            fill="none"
            stroke="currentColor"
            strokeWidth={1.2}
          />
        ) : (
          <circle key={index} cx={x} cy={y} r={2.3} />
        ),
      )}
    </svg>
  );
}
