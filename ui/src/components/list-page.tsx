// The frame that all list pages share: title and actions, filters, the list, what stands below it, and
// details at the right.
import { TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Trouble } from "./trouble";

export function ListPage({
  title,
  actions,
  filters,
  error,
  children,
  foot,
  panel,
}: {
  title: string;
  actions?: ReactNode;
  filters?: ReactNode;
  error?: unknown;
  children: ReactNode;
  foot?: ReactNode;
  /** The details of a row. */
  panel?: ReactNode;
}) {
  return (
    <div className="page">
      <div className="page-body">
        <div className="page-head" style={{ flexWrap: "wrap" }}>
          <h1 className="grow" style={{ minWidth: "max-content" }}>
            {title}
          </h1>
          {actions}
        </div>
        <Filters>{filters}</Filters>
        {error ? <Trouble error={error} /> : null}
        {children}
        {foot}
      </div>
      {panel}
    </div>
  );
}

/** Filters stand in one line above their list, as far as it is wide enough. */
export function Filters({ children }: { children: ReactNode }) {
  return children ? (
    <div className="row" data-wrap>
      {children}
    </div>
  ) : null;
}

/** The box that `/` leads to. */
export function Search({
  label,
  width = 240,
  value,
  onChange,
}: {
  label: string;
  width?: number;
  value: string;
  onChange: (text: string) => void;
}) {
  return (
    <TextInput
      data-search
      w={width}
      aria-label={label}
      placeholder={label}
      leftSection={<IconSearch size={14} aria-hidden="true" />}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** Values of a filter, of which any may be on. */
export function Chips<V extends string>({
  values,
  chosen,
  text,
  onToggle,
}: {
  values: readonly V[];
  chosen: readonly V[];
  text: (value: V) => string;
  onToggle: (value: V) => void;
}) {
  return values.map((value) => (
    <button
      key={value}
      type="button"
      className="chip"
      aria-pressed={chosen.includes(value)}
      onClick={() => onToggle(value)}
    >
      {text(value)}
    </button>
  ));
}
