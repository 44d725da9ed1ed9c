import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import type { Lang } from "@/generated/commands";
import es from "./es";

// Spanish is canonical and in the first chunk; English comes when it is asked for.
const LOADERS: Record<Lang, () => Promise<object>> = {
  es: async () => es,
  en: async () => (await import("./en")).default,
};

export async function startTexts(lang: Lang): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: lang,
    fallbackLng: "es",
    resources: { es: { translation: withMany(es) } },
    interpolation: { escapeValue: false },
    returnNull: false,
    showSupportNotice: false,
  } as Parameters<typeof i18next.init>[0]);
  await speak(lang);
}

/** Changes the language of everything on screen. */
export async function speak(lang: Lang): Promise<void> {
  if (!i18next.hasResourceBundle(lang, "translation")) {
    i18next.addResourceBundle(lang, "translation", withMany(await LOADERS[lang]()));
  }
  await i18next.changeLanguage(lang);
  document.documentElement.lang = lang;
}

/** Spanish has a plural of its own for whole millions, with the same words as for two. */
function withMany(texts: object): Record<string, unknown> {
  const entries = Object.entries(texts).flatMap(([key, value]): [string, unknown][] => {
    if (typeof value === "object" && value !== null) return [[key, withMany(value)]];
    if (!key.endsWith("_other")) return [[key, value]];
    return [
      [key, value],
      [key.replace(/_other$/, "_many"), value],
    ];
  });
  return Object.fromEntries(entries);
}
