// Commands as queries and actions. A cache entry is named by its command and request, and becomes
// stale by the tags of the one list of commands; nothing asks again on a timer.
import {
  keepPreviousData,
  QueryClient,
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
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
}

export function useCommand<N extends CommandName>(
  name: N,
  request: RequestOf<N>,
  { enabled = true, keep = false }: Options<ResponseOf<N>> = {},
): UseQueryResult<ResponseOf<N>> {
  const platform = usePlatform();
  return useQuery<ResponseOf<N>>({
    queryKey: [name, request],
    queryFn: ({ signal }) => platform.call(name, request, signal),
    enabled,
    ...(keep ? { placeholderData: keepPreviousData as never } : {}),
  });
}

export function useAction<N extends CommandName>(
  name: N,
): UseMutationResult<ResponseOf<N>, unknown, RequestOf<N>> {
  const platform = usePlatform();
  const client = useQueryClient();
  return useMutation<ResponseOf<N>, unknown, RequestOf<N>>({
    mutationKey: [name],
    mutationFn: (request) => platform.call(name, request),
    // A command that failed may have changed something as well: a test remembers why it failed.
    onSettled: () => invalidate(client, COMMANDS[name].changes),
  });
}

/** Everything whose answer depends on one of these is asked again, if anyone looks at it. */
export function invalidate(client: QueryClient, tags: readonly Tag[]): void {
  if (tags.length === 0) return;
  void client.invalidateQueries({
    predicate: ({ queryKey: [name] }) =>
      (COMMANDS[name as CommandName]?.reads ?? []).some((tag: Tag) => tags.includes(tag)),
  });
}
