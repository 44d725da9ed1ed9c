import type { TFunction } from "i18next";
import { DAYS, fromCron, type Often } from "./cron";

/** `De lunes a sábado a las 06:00 y 13:00`. */
export function said(cron: string, t: TFunction, lang: string): string {
  const often = fromCron(cron);
  const list = new Intl.ListFormat(lang, { type: "conjunction" });
  switch (often.kind) {
    case "hourly":
      return t("settings.often.hourly", { minute: String(often.minute).padStart(2, "0") });
    case "monthly":
      return t("settings.often.monthly", { day: often.day, time: often.time });
    case "daily":
      return t("settings.often.daily", {
        days: days(often, t, lang),
        times: list.format(often.times),
      });
    case "cron":
      return t("settings.often.cron", { cron });
  }
}

function days({ days }: Extract<Often, { kind: "daily" }>, t: TFunction, lang: string): string {
  if (days.length === 7) return t("settings.often.every_day");
  const ordered = DAYS.filter((day) => days.includes(day));
  const places = ordered.map((day) => DAYS.indexOf(day));
  const [first = 0] = places;
  const last = places.at(-1) ?? 0;
  if (places.length > 2 && last - first === places.length - 1) {
    return t("settings.often.range", {
      from: dayName(DAYS[first] ?? 1, lang),
      to: dayName(DAYS[last] ?? 1, lang),
    });
  }
  return new Intl.ListFormat(lang, { type: "conjunction" }).format(
    ordered.map((day) => dayName(day, lang)),
  );
}

/** 4 January 1970 was a Sunday. */
export function dayName(day: number, lang: string, weekday: "long" | "short" = "long"): string {
  return new Intl.DateTimeFormat(lang, { weekday, timeZone: "UTC" }).format(
    new Date((3 + day) * 86_400_000),
  );
}
