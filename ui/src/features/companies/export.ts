import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { done, failed } from "@/components/toast";
import type { ExportFormat, MovementsExport } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction } from "@/platform/commands";
import { usePlatform } from "@/platform/context";

type What = Omit<MovementsExport, "output" | "format" | "overwrite">;

/** Movements to a file that the person names. */
export function useExport(): (format: ExportFormat, what: What) => Promise<void> {
  const { t } = useTranslation();
  const { count } = useFormat();
  const platform = usePlatform();
  const { mutateAsync } = useAction("movements.export");
  return useCallback(
    async (format, what) => {
      const [only, ...others] = what.companies ?? [];
      const of = only !== undefined && others.length === 0 ? `-${only.replace(":", "-")}` : "";
      const name = `${t("companies.export.file")}${of}.${format}`;
      try {
        let rows = 0;
        const where = await platform.saveFile({ name, extension: format }, async (output) => {
          // The dialog has asked already whether a file that is there is to be replaced.
          rows = (await mutateAsync({ ...what, output, format, overwrite: true })).rows;
        });
        if (where !== null) {
          done(t("companies.export.done", { count: rows, rows: count(rows), where }));
        }
      } catch (error) {
        failed(error);
      }
    },
    [t, count, platform, mutateAsync],
  );
}
