import { useEffect, useState } from "react";

/** A state that outlives the window. */
export function useKept<T>(name: string | undefined, otherwise: T) {
  const key = name === undefined ? undefined : `puente.${name}`;
  const [value, setValue] = useState<T>(() => {
    try {
      const text = key === undefined ? null : localStorage.getItem(key);
      return text === null ? otherwise : (JSON.parse(text) as T);
    } catch {
      return otherwise;
    }
  });
  useEffect(() => {
    if (key === undefined) return;
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      // A browser without storage forgets it; nothing else depends on it.
    }
  }, [key, value]);
  return [value, setValue] as const;
}
