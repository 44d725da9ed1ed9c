// What the last window looked like, so that the first paint of this one is right before anything is
// asked. The settings are the truth and follow at once.
import type { Lang, Theme } from "@/generated/commands";

const KEY = "puente.look";

interface Look {
  lang: Lang;
  theme: Theme;
}

export function remembered(): Look {
  try {
    const look = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Look>;
    return { lang: look.lang === "en" ? "en" : "es", theme: look.theme ?? "system" };
  } catch {
    return { lang: "es", theme: "system" };
  }
}

export function remember(look: Look): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(look));
  } catch {
    // Without storage the next window begins in Spanish, and corrects itself.
  }
}
