// Pages of movements as the list asks for them: those in sight, each once, forgotten soon.
import { keepPreviousData, useQueries, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { MovementsPage, MovementsRows, MovementsTotals } from "@/generated/commands";
import { usePlatform } from "@/platform/context";

const PAGE = 200;
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
  const { sight, onSight } = useStillSight();
  const keyOf = useCallback(
    (page: number) =>
      [
        "movements.page",
        { ...question, offset: page * PAGE, limit: PAGE } as MovementsPage,
      ] as const,
    [question],
  );
  const numbers = new Set([0]);
  for (let page = sight.first; page <= sight.last; page += 1) numbers.add(page);
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
  const [first] = answers;
  // Grows with every answer, and with nothing else: rows in sight are then looked up anew.
  const stamp = answers.reduce((sum, { dataUpdatedAt }) => sum + dataUpdatedAt, 0);
  const rowAt = useMemo(() => {
    const known = new Map<number, MovementsRows | undefined>();
    void stamp;
    return (index: number) => {
      const page = Math.floor(index / PAGE);
      if (!known.has(page)) known.set(page, client.getQueryData<MovementsRows>(keyOf(page)));
      return known.get(page)?.rows[index % PAGE];
    };
  }, [client, keyOf, stamp]);
  return {
    rowAt,
    totals: first?.data?.totals,
    error: answers.find((answer) => answer.error)?.error ?? null,
    isPending: first?.isPending ?? true,
    onSight,
  };
}

/** The pages in sight once the scrolling rests. */
function useStillSight() {
  const [sight, setSight] = useState({ first: 0, last: 0 });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const onSight = useCallback((firstRow: number, lastRow: number) => {
    const [first, last] = [Math.floor(firstRow / PAGE), Math.floor(lastRow / PAGE)];
    clearTimeout(timer.current);
    timer.current = setTimeout(
      () => setSight((old) => (old.first === first && old.last === last ? old : { first, last })),
      STILL_MS,
    );
  }, []);
  return { sight, onSight };
}
