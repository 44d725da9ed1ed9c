// Days of the office as moments: commands compare moments.

/** When that day begins in that zone, as RFC 3339 in UTC. */
export function startOf(day: string, zone: string): string {
  const guess = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(guess.getTime())) return day;
  return new Date(guess.getTime() - offsetAt(guess, zone)).toISOString();
}

/** When the day after it begins. */
export function endOf(day: string, zone: string): string {
  const next = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(next.getTime())) return day;
  next.setUTCDate(next.getUTCDate() + 1);
  return startOf(next.toISOString().slice(0, 10), zone);
}

function offsetAt(at: Date, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(at);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  const there = Date.UTC(
    of("year"),
    of("month") - 1,
    of("day"),
    of("hour"),
    of("minute"),
    of("second"),
  );
  return there - at.getTime();
}
