// Two days, typed or chosen, with the spans that offices ask for.
import "@mantine/dates/styles.css";
import { ActionIcon, Button, Menu } from "@mantine/core";
import { DateInput, DatesProvider } from "@mantine/dates";
import { IconCalendar } from "@tabler/icons-react";
import dayjs from "dayjs";
import customParseFormat from "dayjs/plugin/customParseFormat";
import "dayjs/locale/es";
import { useTranslation } from "react-i18next";

dayjs.extend(customParseFormat);

export interface Span {
  /** `YYYY-MM-DD`, included. */
  from: string | null;
  /** `YYYY-MM-DD`, included. */
  to: string | null;
}

export const SPANS = ["this_month", "last_month", "this_year", "all"] as const;

export function spanOf(name: (typeof SPANS)[number], today: dayjs.Dayjs): Span {
  const text = (day: dayjs.Dayjs) => day.format("YYYY-MM-DD");
  const before = today.subtract(1, "month");
  switch (name) {
    case "this_month":
      return { from: text(today.startOf("month")), to: text(today.endOf("month")) };
    case "last_month":
      return { from: text(before.startOf("month")), to: text(before.endOf("month")) };
    case "this_year":
      return { from: text(today.startOf("year")), to: text(today.endOf("year")) };
    case "all":
      return { from: null, to: null };
  }
}

const WRITTEN = [
  "DD/MM/YYYY",
  "D/M/YYYY",
  "DD/MM/YY",
  "D/M/YY",
  "DD-MM-YYYY",
  "D-M-YYYY",
  "YYYY-MM-DD",
];

/** A day that was typed. The 31st of June is no other day: it is none. */
function dayOf(text: string): string | null {
  const day = dayjs(text.trim(), WRITTEN, true);
  return day.isValid() ? day.format("YYYY-MM-DD") : null;
}

interface Props {
  span: Span;
  onChange: (span: Span) => void;
  /** The usual spans in a menu instead of below the days. */
  compact?: boolean;
}

export function Period({ span, onChange, compact }: Props) {
  const { t, i18n } = useTranslation();
  const reversed = span.from !== null && span.to !== null && span.from > span.to;
  return (
    <DatesProvider settings={{ locale: i18n.language, firstDayOfWeek: 1 }}>
      <div className="row" data-wrap style={{ alignItems: "flex-start" }}>
        <DateInput
          aria-label={t("common.from")}
          placeholder={t("common.from")}
          valueFormat="DD/MM/YYYY"
          dateParser={dayOf}
          w={compact ? 112 : 124}
          clearable
          value={span.from}
          onChange={(from) => onChange({ ...span, from })}
        />
        <DateInput
          aria-label={t("common.to")}
          placeholder={t("common.to")}
          valueFormat="DD/MM/YYYY"
          dateParser={dayOf}
          w={compact ? 112 : 124}
          clearable
          value={span.to}
          error={reversed ? t("common.reversed") : undefined}
          onChange={(to) => onChange({ ...span, to })}
        />
        {compact ? (
          <Menu position="bottom-start">
            <Menu.Target>
              <ActionIcon variant="default" size={30} aria-label={t("common.spans")}>
                <IconCalendar size={16} aria-hidden="true" />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {SPANS.map((name) => (
                <Menu.Item key={name} onClick={() => onChange(spanOf(name, dayjs()))}>
                  {t(`common.span.${name}`)}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        ) : (
          <div className="row" data-wrap style={{ flexBasis: "100%", marginInlineStart: -8 }}>
            {SPANS.map((name) => (
              <Button
                key={name}
                variant="subtle"
                size="compact-sm"
                onClick={() => onChange(spanOf(name, dayjs()))}
              >
                {t(`common.span.${name}`)}
              </Button>
            ))}
          </div>
        )}
      </div>
    </DatesProvider>
  );
}
