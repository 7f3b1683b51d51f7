import { useRef, type ReactNode } from "react";

const LEAST = 360;
const MOST = 640;
const STEP = 16;

export interface DividerProps {
  readonly width: number;
  readonly onWidth: (width: number) => void;
}

/** The divider of the panes, moved by dragging or by the arrow keys. */
export function Divider({ width, onWidth }: DividerProps): ReactNode {
  const begun = useRef<{ readonly x: number; readonly width: number } | undefined>(undefined);
  const set = (wanted: number): void =>
    onWidth(Math.round(Math.min(MOST, Math.max(LEAST, wanted))));
  return (
    <div
      className="divider"
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label="Width of the right pane"
      aria-valuemin={LEAST}
      aria-valuemax={MOST}
      aria-valuenow={width}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        begun.current = { x: event.clientX, width };
      }}
      onPointerMove={(event) => {
        if (begun.current !== undefined) set(begun.current.width + begun.current.x - event.clientX);
      }}
      onPointerUp={() => {
        begun.current = undefined;
      }}
      onKeyDown={({ key }) => {
        if (key === "ArrowLeft") set(width + STEP);
        if (key === "ArrowRight") set(width - STEP);
      }}
    />
  );
}
