// Pages of movements as the list asks for them: those in sight, each once, forgotten soon.

import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQueries, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import type { MovementsPage, MovementsRows, MovementsTotals } from "@/generated/commands";
import { usePlatform } from "@/platform/context";

export const PAGE = 200;
/** While one scrolls past, nothing is asked for. */
const STILL_MS = 80;
const FORGET_MS = 2 * 60_000;

export type Question = Omit<MovementsPage, "offset" | "limit">;

export interface Pages {
  rowAt: (index: number) => MovementsRows["rows"][number] | undefined;
  totals: MovementsTotals | undefined;
  error: unknown;
  isPending: boolean;
  onSight: (first: number, last: number) => void;
}

export function usePages(question: Question): Pages {
  const platform = usePlatform();
  const client = useQueryClient();
  const [sight, setSight] = useState({ first: 0, last: 0 });
  const [still] = useDebouncedValue(sight, STILL_MS);
  const numbers = new Set([0]);
  for (
    let page = Math.floor(still.first / PAGE);
    page <= Math.floor(still.last / PAGE);
    page += 1
  ) {
    numbers.add(page);
  }
  const keyOf = useCallback(
    (page: number) =>
      [
        "movements.page",
        { ...question, offset: page * PAGE, limit: PAGE } as MovementsPage,
      ] as const,
    [question],
  );
  const answers = useQueries({
    queries: [...numbers].map((page) => {
      const queryKey = keyOf(page);
      return {
        queryKey,
        queryFn: ({ signal }: { signal: AbortSignal }) =>
          platform.call("movements.page", queryKey[1], signal),
        gcTime: FORGET_MS,
        ...(page === 0 ? { placeholderData: keepPreviousData } : {}),
      };
    }),
  });
  const rowAt = useCallback(
    (index: number) => {
      const page = client.getQueryData<MovementsRows>(keyOf(Math.floor(index / PAGE)));
      return page?.rows[index % PAGE];
    },
    [client, keyOf],
  );
  const onSight = useCallback((first: number, last: number) => setSight({ first, last }), []);
  const [first] = answers;
  return {
    rowAt,
    totals: first?.data?.totals,
    error: answers.find((answer) => answer.error)?.error ?? null,
    isPending: first?.isPending ?? true,
    onSight,
  };
}
