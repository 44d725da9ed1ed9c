// Commands as queries and actions. A cache entry is named by its command and request, and becomes
// stale by the tags of the one list of commands. Only what changes outside Puente, where nobody tells, is
// asked again on a timer, and only while somebody looks.
import {
  keepPreviousData,
  QueryClient,
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { COMMANDS, type Tag } from "@/generated/commands";
import { usePlatform } from "./context";
import type { CommandName, RequestOf, ResponseOf } from "./platform";

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 10 * 60 * 1000,
        retry: false,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        networkMode: "always",
      },
      mutations: { networkMode: "always" },
    },
  });
}

interface Options<T> {
  enabled?: boolean;
  /** Shows what the request before gave until this one is answered. */
  keep?: boolean;
  select?: (response: T) => T;
  /** Milliseconds until it is asked again, while the page is seen. */
  every?: number;
}

export function useCommand<N extends CommandName>(
  name: N,
  request: RequestOf<N>,
  { enabled = true, keep = false, every }: Options<ResponseOf<N>> = {},
): UseQueryResult<ResponseOf<N>> {
  const platform = usePlatform();
  return useQuery<ResponseOf<N>>({
    queryKey: [name, request],
    queryFn: ({ signal }) => platform.call(name, request, signal),
    enabled,
    refetchInterval: every ?? false,
    ...(keep ? { placeholderData: keepPreviousData as never } : {}),
  });
}

/** What is already under way is not begun again: a second click, or a second Enter, asks for nothing else. */
export function useAction<N extends CommandName>(
  name: N,
): UseMutationResult<ResponseOf<N>, unknown, RequestOf<N>> {
  const platform = usePlatform();
  const client = useQueryClient();
  const underWay = useRef(new Map<string, Promise<ResponseOf<N>>>());
  const action = useMutation<ResponseOf<N>, unknown, RequestOf<N>>({
    mutationKey: [name],
    mutationFn: (request) => platform.call(name, request),
    // A command that failed may have changed something as well: a test remembers why it failed.
    onSettled: () => invalidate(client, COMMANDS[name].changes),
  });
  const { mutateAsync: begin } = action;
  const mutateAsync = useCallback<typeof begin>(
    (...given) => {
      const key = JSON.stringify(given[0]);
      const same = underWay.current.get(key);
      if (same) return same;
      const mine = begin(...given).finally(() => underWay.current.delete(key));
      underWay.current.set(key, mine);
      return mine;
    },
    [begin],
  );
  const mutate = useCallback<typeof action.mutate>(
    (...given) => void mutateAsync(...given).catch(() => undefined),
    [mutateAsync],
  );
  return { ...action, mutate, mutateAsync };
}

interface Asked<T> {
  running: boolean;
  data: T | null;
  error: unknown;
}

const IDLE: Asked<never> = { running: false, data: null, error: null };

/**
 * A command that can be given up at once, so that whatever it finds afterwards is of no interest. Neither
 * its request nor its answer is kept anywhere else: secrets go through here.
 */
export function useAsked<N extends CommandName>(name: N) {
  const platform = usePlatform();
  const client = useQueryClient();
  const stop = useRef<AbortController | null>(null);
  const underWay = useRef<{ request: string; answer: Promise<ResponseOf<N> | null> } | null>(null);
  const [state, setState] = useState<Asked<ResponseOf<N>>>(IDLE);
  useEffect(() => () => stop.current?.abort(), []);
  const ask = async (request: RequestOf<N>): Promise<ResponseOf<N> | null> => {
    stop.current?.abort();
    const mine = new AbortController();
    stop.current = mine;
    setState({ ...IDLE, running: true });
    try {
      const data = await platform.call(name, request, mine.signal);
      if (mine.signal.aborted) return null;
      setState({ ...IDLE, data });
      return data;
    } catch (error) {
      if (!mine.signal.aborted) setState({ ...IDLE, error });
      return null;
    } finally {
      invalidate(client, COMMANDS[name].changes);
    }
  };
  /** Gives the answer, or nothing when it failed or was given up. A second press begins nothing. */
  const run = (request: RequestOf<N>): Promise<ResponseOf<N> | null> => {
    const same = JSON.stringify(request);
    if (underWay.current?.request === same) return underWay.current.answer;
    const answer = ask(request).finally(() => {
      if (underWay.current?.answer === answer) underWay.current = null;
    });
    underWay.current = { request: same, answer };
    return answer;
  };
  const forget = () => {
    stop.current?.abort();
    underWay.current = null;
    setState((old) => (old === IDLE ? old : IDLE));
  };
  return { ...state, run, forget };
}

/** Everything whose answer depends on one of these is asked again, if anyone looks at it. */
export function invalidate(client: QueryClient, tags: readonly Tag[]): void {
  if (tags.length === 0) return;
  void client.invalidateQueries({
    predicate: ({ queryKey: [name] }) =>
      (COMMANDS[name as CommandName]?.reads ?? []).some((tag: Tag) => tags.includes(tag)),
  });
}
