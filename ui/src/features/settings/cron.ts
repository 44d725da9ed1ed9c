// Schedules as people say them, over the five fields of cron.

export type Often =
  | { kind: "hourly"; minute: number }
  | { kind: "daily"; times: string[]; days: number[] }
  | { kind: "monthly"; time: string; day: number }
  | { kind: "cron"; cron: string };

/** Monday to Sunday, as offices count them; cron's Sunday is 0. */
export const DAYS = [1, 2, 3, 4, 5, 6, 0];

export function toCron(often: Often): string {
  switch (often.kind) {
    case "hourly":
      return `${often.minute} * * * *`;
    case "daily": {
      const days = often.days.length === 7 ? "*" : list([...often.days].sort((a, b) => a - b));
      const [first = "06:00"] = often.times;
      // One line of cron has one minute: further times share the first one's.
      const hours = [...new Set(often.times.map(hourOf))].sort((a, b) => a - b);
      return `${minuteOf(first)} ${hours.join(",")} * * ${days}`;
    }
    case "monthly":
      return `${minuteOf(often.time)} ${hourOf(often.time)} ${often.day} * *`;
    case "cron":
      return often.cron.trim().replace(/\s+/g, " ");
  }
}

/** What a pattern says, where it can be said in few words. */
export function fromCron(cron: string): Often {
  const as = { kind: "cron", cron } as const;
  const fields = cron.trim().split(/\s+/);
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = fields;
  if (fields.length !== 5 || month !== "*" || !isNumber(minute, 59)) return as;
  if (hour === "*") {
    return day === "*" && weekday === "*" ? { kind: "hourly", minute: Number(minute) } : as;
  }
  const hours = numbers(hour, 23);
  if (!hours) return as;
  const times = hours.map((hour) => timeOf(hour, Number(minute)));
  if (day !== "*") {
    const [time] = times;
    return weekday === "*" && times.length === 1 && time && isNumber(day, 31) && Number(day) > 0
      ? { kind: "monthly", time, day: Number(day) }
      : as;
  }
  const days = weekday === "*" ? [...DAYS] : numbers(weekday, 7);
  if (!days) return as;
  return { kind: "daily", times, days: [...new Set(days.map((day) => day % 7))] };
}

/** Two in a row are listed, three and more are a range. */
function list(days: number[]): string {
  const runs: number[][] = [];
  for (const day of days) {
    const run = runs.at(-1);
    if (run && run.at(-1) === day - 1) run.push(day);
    else runs.push([day]);
  }
  return runs.map((run) => (run.length > 2 ? `${run[0]}-${run.at(-1)}` : run.join(","))).join(",");
}

function numbers(field: string, most: number): number[] | null {
  const found: number[] = [];
  for (const part of field.split(",")) {
    const [from = "", to = from, ...rest] = part.split("-");
    if (rest.length > 0 || !isNumber(from, most) || !isNumber(to, most)) return null;
    if (Number(from) > Number(to)) return null;
    for (let at = Number(from); at <= Number(to); at += 1) found.push(at);
  }
  return found;
}

function isNumber(text: string, most: number): boolean {
  return /^\d{1,2}$/.test(text) && Number(text) <= most;
}

const hourOf = (time: string) => Number(time.slice(0, 2));
const minuteOf = (time: string) => Number(time.slice(3, 5));
const timeOf = (hour: number, minute: number) =>
  `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;

export function isTime(text: string): boolean {
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(text);
}
