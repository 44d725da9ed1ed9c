// Errors of the stand-in speak with Puente's own texts.

import type { ErrorView, Lang } from "@/generated/commands";
import en from "../../../../crates/core/texts/errors.en.toml?raw";
import es from "../../../../crates/core/texts/errors.es.toml?raw";
import { CommandError } from "../platform";

type Texts = Map<string, { message: string; hint: string }>;

const TEXTS: Record<Lang, Texts> = { es: read(es), en: read(en) };

export function errorView(
  lang: Lang,
  code: ErrorView["code"],
  values: Record<string, string | number> = {},
  rest: Partial<ErrorView> = {},
): ErrorView {
  const text = TEXTS[lang].get(code) ?? { message: code, hint: "" };
  const fill = (pattern: string) =>
    pattern.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? "…"));
  return {
    code,
    message: fill(text.message),
    hint: fill(text.hint),
    detail: "",
    retryable: code.startsWith("DB_"),
    severity: "failure",
    ...rest,
  };
}

export function refusal(...given: Parameters<typeof errorView>): CommandError {
  return new CommandError(errorView(...given));
}

function read(toml: string): Texts {
  const texts: Texts = new Map();
  let code = "";
  for (const line of toml.split("\n")) {
    code = /^\[(\w+)\]/.exec(line)?.[1] ?? code;
    const found = /^(message|hint) = (".*")\s*$/.exec(line);
    if (!found) continue;
    const text = texts.get(code) ?? { message: "", hint: "" };
    text[found[1] as "message" | "hint"] = JSON.parse(found[2] ?? '""') as string;
    texts.set(code, text);
  }
  return texts;
}
