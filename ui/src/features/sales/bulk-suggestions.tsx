import { Button } from "@mantine/core";
import { IconWand } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Confirm } from "@/components/confirm";
import { failed } from "@/components/toast";
import type { MappingKind, MappingsChanged } from "@/generated/commands";
import { useAction } from "@/platform/commands";

/** Shows every likely suggestion, and sets them all when a person says so. */
export function BulkSuggestions({
  channel,
  kind,
  onChanged,
}: {
  channel: string;
  kind: MappingKind;
  onChanged: (changed: MappingsChanged) => void;
}) {
  const { t } = useTranslation();
  const suggest = useAction("sales.mappings.suggest");
  const [found, setFound] = useState<MappingsChanged["changes"] | null>(null);
  const look = () =>
    suggest.mutate(
      { channel, kind, apply: false },
      { onSuccess: ({ changes }) => setFound(changes), onError: failed },
    );
  const take = async () => onChanged(await suggest.mutateAsync({ channel, kind, apply: true }));
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconWand size={15} aria-hidden="true" />}
        loading={suggest.isPending}
        onClick={look}
      >
        {t("sales.mappings.apply")}
      </Button>
      {found && found.length > 0 ? (
        <Confirm
          title={t("sales.mappings.apply")}
          verb={t("sales.mappings.take", { count: found.length })}
          onConfirm={take}
          onClose={() => setFound(null)}
        >
          <p>{t("sales.mappings.take_text")}</p>
          <section
            style={{ maxHeight: 320, overflow: "auto" }}
            aria-label={t("sales.mappings.apply")}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard
            tabIndex={0}
          >
            <table className="plain">
              <thead>
                <tr>
                  <th>{t("sales.mappings.source")}</th>
                  <th>{t("sales.mappings.target")}</th>
                </tr>
              </thead>
              <tbody>
                {found.map(({ source, target }) => (
                  <tr key={source}>
                    <td dir="auto">{source}</td>
                    <td>{target}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        </Confirm>
      ) : null}
      {found?.length === 0 ? (
        <span className="dim small" role="status">
          {t("sales.mappings.no_suggestions")}
        </span>
      ) : null}
    </>
  );
}
