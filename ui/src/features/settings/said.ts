import type { TFunction } from "i18next";
import type { Every } from "@/generated/commands";

/** As the wire names them, in the order of offices. */
export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** `De lunes a sábado a las 06:00`. */
export function said(every: Every, t: TFunction, lang: string): string {
  switch (every.every) {
    case "minutes":
      return t("settings.often.minutes", { count: every.minutes });
    case "hours":
      return t("settings.often.hours", {
        count: every.hours,
        minute: String(every.minute).padStart(2, "0"),
      });
    case "day":
      return t("settings.often.daily", { days: t("settings.often.every_day"), time: every.at });
    case "week":
      return t("settings.often.daily", { days: saidDays(every.days, t, lang), time: every.at });
    case "month":
      return t("settings.often.monthly", { day: every.day, time: every.at });
    case "cron":
      return t("settings.often.by_cron", { cron: every.cron });
  }
}

/** Two days are listed, three and more in a row are a range. */
function saidDays(days: string[], t: TFunction, lang: string): string {
  const places = DAYS.flatMap((day, place) => (days.includes(day) ? [place] : []));
  const [first = 0] = places;
  const last = places.at(-1) ?? 0;
  if (places.length === DAYS.length) return t("settings.often.every_day");
  if (places.length > 2 && last - first === places.length - 1) {
    return t("settings.often.range", { from: dayName(first, lang), to: dayName(last, lang) });
  }
  const list = new Intl.ListFormat(lang, { type: "conjunction" });
  return list.format(places.map((place) => dayName(place, lang)));
}

/** Of a day by its place in {@link DAYS}: 5 January 1970 was a Monday. */
export function dayName(place: number, lang: string, weekday: "long" | "short" = "long"): string {
  return new Intl.DateTimeFormat(lang, { weekday, timeZone: "UTC" }).format(
    new Date((4 + place) * 86_400_000),
  );
}
