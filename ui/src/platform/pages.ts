// Pages of long lists as they are scrolled: those in sight, each once, forgotten soon.
import { keepPreviousData, useQueries, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { usePlatform } from "./context";
import type { RequestOf, ResponseOf } from "./platform";

const PAGE = 200;
/** While one scrolls past, nothing is asked for. */
const STILL_MS = 80;
const FORGET_MS = 2 * 60_000;

/** Commands that give any part of a list. */
type Paged = "movements.page" | "jobs.page" | "audit.page" | "sales.list" | "forecast.articles";
type RowOf<N extends Paged> = ResponseOf<N>["rows"][number];

export type Question<N extends Paged> = Omit<RequestOf<N>, "offset" | "limit">;

export interface Pages<N extends Paged> {
  rowAt: (index: number) => RowOf<N> | undefined;
  /** The first page, which knows how many rows there are in all. */
  first: ResponseOf<N> | undefined;
  error: unknown;
  isPending: boolean;
  onSight: (first: number, last: number) => void;
}

/** `question` is to be the same object as long as it asks the same. */
export function usePages<N extends Paged>(name: N, question: Question<N>): Pages<N> {
  const platform = usePlatform();
  const client = useQueryClient();
  const { sight, onSight } = useStillSight();
  const keyOf = useCallback(
    (page: number) =>
      [name, { ...question, offset: page * PAGE, limit: PAGE } as RequestOf<N>] as const,
    [name, question],
  );
  const numbers = new Set([0]);
  for (let page = sight.first; page <= sight.last; page += 1) numbers.add(page);
  const answers = useQueries({
    queries: [...numbers].map((page) => {
      const queryKey = keyOf(page);
      return {
        queryKey,
        queryFn: ({ signal }: { signal: AbortSignal }) => platform.call(name, queryKey[1], signal),
        gcTime: FORGET_MS,
        ...(page === 0 ? { placeholderData: keepPreviousData as never } : {}),
      };
    }),
  });
  const [first] = answers;
  // Grows with every answer, and with nothing else: rows in sight are then looked up anew.
  const stamp = answers.reduce((sum, { dataUpdatedAt }) => sum + dataUpdatedAt, 0);
  const rowAt = useMemo(() => {
    const known = new Map<number, ResponseOf<N> | undefined>();
    void stamp;
    return (index: number): RowOf<N> | undefined => {
      const page = Math.floor(index / PAGE);
      if (!known.has(page)) known.set(page, client.getQueryData<ResponseOf<N>>(keyOf(page)));
      return known.get(page)?.rows[index % PAGE];
    };
  }, [client, keyOf, stamp]);
  return {
    rowAt,
    first: first?.data as ResponseOf<N> | undefined,
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
