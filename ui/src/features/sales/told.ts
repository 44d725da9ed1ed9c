import { useMemo } from "react";
import { useCommand } from "@/platform/commands";

const NONE: ReadonlySet<number> = new Set();

/** Channels whose sales are told to a cloud as they were issued: nothing is invoiced there. */
export function useTold(): { told: ReadonlySet<number>; all: boolean } {
  const ledgers = useCommand("sales.ledgers.list", {}).data;
  const channels = useCommand("sales.channels.list", {}).data;
  return useMemo(() => {
    if (!ledgers || !channels) return { told: NONE, all: false };
    const solar = new Set(ledgers.filter(({ kind }) => kind === "solar").map(({ id }) => id));
    const own = channels.filter(({ ledger_id }) => ledger_id !== null && solar.has(ledger_id));
    return {
      told: new Set(own.map(({ id }) => id)),
      all: own.length > 0 && own.length === channels.length,
    };
  }, [ledgers, channels]);
}
