import { Switch } from "@base-ui/react/switch";
import { Toggle } from "@base-ui/react/toggle";
import { ToggleGroup } from "@base-ui/react/toggle-group";
import type { ReactNode } from "react";
import { fateWord, type Fate, type Subject } from "../model/subjects.ts";
import { visible } from "../model/visible.ts";
import { Icon, type IconName } from "./icon.tsx";

export interface ChipProps {
  readonly tone?: "ok" | "warn" | "fail" | "person" | "accent";
  readonly icon?: IconName;
  readonly small?: boolean;
  readonly children: string;
}

/** A word with a shape; the colour repeats their meaning. */
export function Chip({ tone, icon, small = false, children }: ChipProps): ReactNode {
  return (
    <span className={["chip", tone, small && "small"].filter(Boolean).join(" ")}>
      {icon !== undefined && <Icon name={icon} />}
      <span>{children}</span>
    </span>
  );
}

export const FATE_ICONS: Readonly<Record<Fate, IconName>> = {
  stands: "check",
  settled: "check",
  "left-out": "minus",
  waits: "person",
  open: "question",
};

const FATE_TONES: Readonly<Record<Fate, ChipProps["tone"]>> = {
  stands: "accent",
  settled: "accent",
  "left-out": undefined,
  waits: "person",
  open: "warn",
};

/** The state of a subject. */
export function FateChip({ subject }: { readonly subject: Subject }): ReactNode {
  const tone = FATE_TONES[subject.fate];
  return (
    <Chip small icon={FATE_ICONS[subject.fate]} {...(tone !== undefined && { tone })}>
      {visible(fateWord(subject))}
    </Chip>
  );
}

export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
  /** Drawn in place of the label, which screen readers read. */
  readonly icon?: IconName;
  /** How many it would show. */
  readonly many?: string;
}

export interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly choices: readonly Choice<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

/** A choice among a few; the arrow keys move through it. */
export function Choose<Value extends string>(props: ChoiceProps<Value>): ReactNode {
  const { label, choices, value, onChange } = props;
  return (
    <ToggleGroup
      className="seg"
      aria-label={label}
      value={[value]}
      onValueChange={(chosen) => {
        const next = choices.find((one) => one.value === chosen[0]);
        if (next !== undefined) onChange(next.value);
      }}
    >
      {choices.map(({ value: own, label: words, icon, many }) => (
        <Toggle
          key={own}
          value={own}
          {...(icon !== undefined && { "aria-label": words, title: words })}
        >
          {icon === undefined ? words : <Icon name={icon} />}
          {many !== undefined && <span className="num many">{` ${many}`}</span>}
        </Toggle>
      ))}
    </ToggleGroup>
  );
}

export interface SwitchFieldProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

/** A switch that takes effect at once. */
export function SwitchField({ label, checked, onChange }: SwitchFieldProps): ReactNode {
  return (
    <label className="check">
      <Switch.Root className="switch" checked={checked} onCheckedChange={onChange}>
        <Switch.Thumb render={<i />} />
      </Switch.Root>
      {label}
    </label>
  );
}
