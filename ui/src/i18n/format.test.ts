import { expect, test } from "vitest";
import { COUNTRIES, formatFor } from "./format";

const colombia = formatFor("es", { country: "CO", zone: "America/Bogota" });

test.each([
  ["1234.5000", "1.234,50"],
  ["0.0000", "0,00"],
  ["-98765432109876.1234", "-98.765.432.109.876,1234"],
  ["9007199254740993.0001", "9.007.199.254.740.993,0001"],
  ["12.0050", "12,005"],
])("money %s is written whole, without going through a float", (text, written) => {
  expect(colombia.money(text)).toBe(written);
});

test("amounts in a column of totals all have two decimals, rounded exactly", () => {
  expect(colombia.amount("9007199254740993.0050")).toBe("9.007.199.254.740.993,01");
  expect(colombia.amount("12.0000")).toBe("12,00");
});

test("what is no decimal text is shown as it came", () => {
  expect(colombia.money("NaN")).toBe("NaN");
  expect(colombia.quantity("")).toBe("");
});

test("quantities show the decimals they have", () => {
  expect(colombia.quantity("7.000000")).toBe("7");
  expect(colombia.quantity("1.250000")).toBe("1,25");
});

test("a moment is shown in the office's zone, whatever the machine's is", () => {
  const at = "2026-11-25T03:04:05Z";
  expect(colombia.moment(at)).toBe("24/11/2026 22:04");
  expect(formatFor("es", { country: "CL", zone: "Asia/Tokyo" }).moment(at)).toContain("12:04");
});

test("a day is a day in every zone", () => {
  for (const zone of ["Pacific/Kiritimati", "America/Bogota", "Etc/GMT+12"]) {
    expect(formatFor("es", { country: "CO", zone }).day("2026-01-01")).toBe("01/01/2026");
  }
});

test("the day stands before the month in every language and country", () => {
  for (const lang of ["es", "en"])
    for (const country of COUNTRIES) {
      const { day, moment } = formatFor(lang, { country, zone: "UTC" });
      expect(day("2026-11-05")).toMatch(/^05[/-]11[/-]2026$/);
      expect(moment("2026-11-05T13:40:00Z")).toMatch(/^05[/-]11[/-]2026 13:40$/);
    }
});

test("an unknown zone does not break the screen", () => {
  expect(formatFor("es", { country: "CO", zone: "Luna/Mar" }).zone).toBe("UTC");
});

test("a month without a date is empty", () => {
  expect(colombia.month("")).toBe("");
  expect(colombia.month("2026-11")).toBe("nov 2026");
});

test("the time left is said in two units at most", () => {
  expect(colombia.duration(7)).toBe("7 s");
  expect(colombia.duration(61)).toBe("1 min 1 s");
  expect(colombia.duration(4000)).toBe("1 h 6 min");
});

test("what people type is read, and thousands are never taken for decimals", () => {
  const { typed } = formatFor("es", { country: "CO", zone: "America/Bogota" });
  expect(typed(" 1.234,50 ")).toBe("1234.50");
  expect(typed("1.234")).toBe("1234");
  expect(typed("1234.5")).toBe("1234.5");
  expect(typed("12,345")).toBe("12.345");
  expect(typed("1.234.56")).toBeNull();
  expect(typed("doce")).toBeNull();
  const mexico = formatFor("es", { country: "MX", zone: "America/Mexico_City" });
  expect(mexico.typed("1,234")).toBe("1234");
  expect(mexico.typed("1,5")).toBe("1.5");
});
