import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { failed } from "@/components/toast";
import { usePlatform } from "@/platform/context";

/** Opens the office's data or the example's, each in a folder of its own. */
export function useStart(): (choice: "office" | "demo") => Promise<void> {
  const platform = usePlatform();
  const client = useQueryClient();
  return useCallback(
    async (choice) => {
      const from = location.hash;
      try {
        await platform.call("settings.set", { start: choice });
        await platform.host("restart", {});
        // Who has gone elsewhere meanwhile stays there.
        if (location.hash === from) location.hash = "#/";
      } catch (error) {
        failed(error);
      }
      await client.invalidateQueries();
    },
    [platform, client],
  );
}
