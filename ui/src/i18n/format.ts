// Numbers, money and time as the office writes them. Decimal strings are formatted exactly.
import { createContext, useContext } from "react";
import { useTranslation } from "react-i18next";

export interface Office {
  /** ISO 3166: `CO`. */
  country: string;
  /** IANA zone: `America/Bogota`. */
  zone: string;
}

const CURRENCIES: Record<string, string> = {
  AR: "ARS",
  BO: "BOB",
  BR: "BRL",
  CL: "CLP",
  CO: "COP",
  CR: "CRC",
  DO: "DOP",
  EC: "USD",
  GT: "GTQ",
  HN: "HNL",
  MX: "MXN",
  NI: "NIO",
  PA: "PAB",
  PE: "PEN",
  PY: "PYG",
  SV: "USD",
  UY: "UYU",
  VE: "VES",
};

export const COUNTRIES = Object.keys(CURRENCIES);

export interface Format {
  locale: string;
  zone: string;
  /** `COP` */
  currency: string;
  /** A whole number: `1.234`. */
  count(value: number): string;
  /** A decimal string with all its decimals, two at least: `1.234,50`. */
  money(value: string): string;
  /** `1.234,50`, always two decimals: for columns of totals, whose exact value is in a tooltip. */
  amount(value: string): string;
  /** A decimal string with the decimals it has: `12,5`. */
  quantity(value: string): string;
  /** For axes and tiles, rounded: `1,2 M`. */
  short(value: number): string;
  percent(fraction: number): string;
  /** `25/11/2026` */
  day(value: string): string;
  /** `nov 2026`; empty for documents without a date. */
  month(value: string): string;
  /** `25/11/2026 13:40` in the office's zone. */
  moment(value: string): string;
  /** `13:40:05` in the office's zone. */
  clock(value: string): string;
  /** `hace 3 minutos` */
  ago(value: string, now?: number): string;
  /** `1 h 20 min` */
  duration(seconds: number): string;
  /** `1,2 MB` */
  bytes(value: number): string;
  /** What someone typed, as a decimal string: `1.234,50` is `1234.50` in Colombia. Null when it is no amount. */
  typed(text: string): string | null;
}

export function formatFor(lang: string, office: Office): Format {
  const locale = `${lang}-${office.country}`;
  const zone = isZone(office.zone) ? office.zone : "UTC";
  const number = (options?: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options);
  const time = (options: Intl.DateTimeFormatOptions, of = locale) =>
    new Intl.DateTimeFormat(of, { hourCycle: "h23", ...options });
  // The day stands before the month wherever it is typed, and so wherever it is read: `en-CO` and `es-PA` would
  // write 11/05 for the 5th of November.
  const days = lang === "en" || office.country === "PA" ? "en-GB" : locale;
  const whole = number({ maximumFractionDigits: 0 });
  const money = number({ minimumFractionDigits: 2, maximumFractionDigits: 4 });
  const amount = number({ minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const quantity = number({ maximumFractionDigits: 6 });
  const short = number({ notation: "compact", maximumSignificantDigits: 3, useGrouping: true });
  const percent = number({ style: "percent", maximumFractionDigits: 0 });
  const longDay = { day: "2-digit", month: "2-digit", year: "numeric" } as const;
  const fullDay = time({ ...longDay, timeZone: "UTC" }, days);
  const month = time({ month: "short", year: "numeric", timeZone: "UTC" });
  const moment = time({ ...longDay, hour: "2-digit", minute: "2-digit", timeZone: zone }, days);
  const clock = time({ hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: zone });
  const relative = new Intl.RelativeTimeFormat(lang, { numeric: "auto", style: "short" });
  const decimals = number({ maximumFractionDigits: 1 });
  const unit = (value: number, unit: string) =>
    new Intl.NumberFormat(lang, { style: "unit", unit, unitDisplay: "short" }).format(value);
  return {
    locale,
    zone,
    currency: CURRENCIES[office.country] ?? "USD",
    count: (value) => whole.format(value),
    money: (value) => exact(money, value),
    amount: (value) => exact(amount, value),
    quantity: (value) => exact(quantity, value),
    short: (value) => short.format(value),
    percent: (fraction) => percent.format(fraction),
    day: (value) => withDate(`${value}T00:00:00Z`, value, (at) => fullDay.format(at)),
    month: (value) =>
      value === "" ? "" : withDate(`${value}-01T00:00:00Z`, value, (at) => monthYear(month, at)),
    moment: (value) => withDate(value, value, (at) => moment.format(at).replace(",", "")),
    clock: (value) => withDate(value, value, (at) => clock.format(at)),
    ago: (value, now = Date.now()) =>
      withDate(value, value, (at) => ago(relative, (at.getTime() - now) / 1000)),
    duration: (seconds) => duration(unit, seconds),
    bytes: (value) => bytes(decimals, value),
    typed: (text) => typed(mark(money), text.trim()),
  };
}

/** An Intl formatter reads a decimal string without going through a float. */
function exact(format: Intl.NumberFormat, value: string): string {
  return /^-?\d+(\.\d+)?$/.test(value) ? format.format(value as `${number}`) : value;
}

/** What stands before the decimals. */
function mark(format: Intl.NumberFormat): string {
  return format.formatToParts(1.5).find((part) => part.type === "decimal")?.value ?? ".";
}

function typed(mark: string, text: string): string | null {
  const [point, group] = mark === "," ? [",", "."] : [".", ","];
  if (new RegExp(`^\\d{1,3}(\\${group}\\d{3})+(\\${point}\\d+)?$`).test(text))
    return text.replaceAll(group, "").replace(point, ".");
  // A mark that can't group thousands is the one for decimals, whichever it is.
  return /^\d+([.,]\d+)?$/.test(text) ? text.replace(",", ".") : null;
}

function withDate(text: string, otherwise: string, then: (at: Date) => string): string {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? otherwise : then(at);
}

/** `nov 2026`, without the words and points that languages put between. */
function monthYear(format: Intl.DateTimeFormat, at: Date): string {
  const parts = format.formatToParts(at);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  return `${of("month").replace(".", "")} ${of("year")}`;
}

function ago(relative: Intl.RelativeTimeFormat, seconds: number): string {
  const size = Math.abs(seconds);
  if (size < 45) return relative.format(0, "second");
  if (size < 2700) return relative.format(Math.round(seconds / 60), "minute");
  if (size < 79_200) return relative.format(Math.round(seconds / 3600), "hour");
  if (size < 2_592_000) return relative.format(Math.round(seconds / 86_400), "day");
  return relative.format(Math.round(seconds / 2_592_000), "month");
}

function duration(unit: (value: number, unit: string) => string, seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return unit(whole, "second");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  if (hours > 0) return `${unit(hours, "hour")} ${unit(minutes, "minute")}`;
  return minutes < 10 && whole % 60 > 0
    ? `${unit(minutes, "minute")} ${unit(whole % 60, "second")}`
    : unit(minutes, "minute");
}

function bytes(format: Intl.NumberFormat, value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let [size, step] = [value, 0];
  while (size >= 1000 && step < units.length - 1) {
    size /= 1000;
    step += 1;
  }
  return `${format.format(size)} ${units[step]}`;
}

export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return zone !== "";
  } catch {
    return false;
  }
}

export const OfficeContext = createContext<Office>({ country: "CO", zone: "America/Bogota" });

const made = new Map<string, Format>();

export function useFormat(): Format {
  const office = useContext(OfficeContext);
  const { i18n } = useTranslation();
  const key = `${i18n.language} ${office.country} ${office.zone}`;
  let format = made.get(key);
  if (!format) {
    format = formatFor(i18n.language, office);
    made.set(key, format);
  }
  return format;
}
