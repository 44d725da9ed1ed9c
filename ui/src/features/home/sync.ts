import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { done, failed } from "@/components/toast";
import { useAction } from "@/platform/commands";

/** "Sincronizar todo", from wherever it is asked for. */
export function useSync(): { start: () => void; isPending: boolean } {
  const { t } = useTranslation();
  const { mutate, isPending } = useAction("sync.all");
  return useMemo(
    () => ({
      start: () => mutate({}, { onSuccess: () => done(t("home.sync.started")), onError: failed }),
      isPending,
    }),
    [mutate, isPending, t],
  );
}
