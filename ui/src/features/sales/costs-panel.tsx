import { ActionIcon, Button, Select, TextInput } from "@mantine/core";
import { IconTrash, IconUpload } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Bones } from "@/components/empty";
import { Panel } from "@/components/panel";
import { done, failed } from "@/components/toast";
import { Trouble } from "@/components/trouble";
import type { CostRule, CostRuleKind } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction, useCommand } from "@/platform/commands";
import { CostSources } from "./cost-sources";

const KINDS: CostRuleKind[] = ["per_sale", "per_unit", "percent"];

/** The office's own costs, by rule, and what each article costs, from a file. */
export function CostsPanel({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { count } = useFormat();
  const costs = useCommand("sales.costs.list", {});
  return (
    <Panel wide title={t("sales.costs.title")} sub={t("sales.costs.sub")} onClose={onClose}>
      <div className="stack" data-gap="big">
        {costs.error ? <Trouble error={costs.error} /> : null}
        {costs.data ? (
          <>
            <Rules rules={costs.data.rules} />
            <section className="stack">
              <h3>{t("sales.costs.products")}</h3>
              <p className="dim">
                {t("sales.costs.known", {
                  count: costs.data.products.length,
                  n: count(costs.data.products.length),
                })}
              </p>
              <Import />
            </section>
            <CostSources />
          </>
        ) : costs.error ? null : (
          <Bones lines={6} />
        )}
      </div>
    </Panel>
  );
}

function Rules({ rules }: { rules: CostRule[] }) {
  const { t } = useTranslation();
  const { amount, quantity, currency, typed } = useFormat();
  const save = useAction("sales.costs.set");
  const [name, setName] = useState("");
  const [kind, setKind] = useState<CostRuleKind>("per_sale");
  const [value, setValue] = useState("");
  const taken = rules.some((rule) => rule.name === name.trim());
  const read = typed(value);
  const ready = name.trim() !== "" && !taken && read !== null;
  const set = (rules: CostRule[], then?: () => void) =>
    save.mutate(
      { rules },
      {
        onSuccess: () => {
          done(t("sales.costs.saved"));
          then?.();
        },
        onError: failed,
      },
    );
  const add = (amount: string) =>
    set([...rules, { name: name.trim(), kind, amount }], () => {
      setName("");
      setValue("");
    });
  return (
    <section className="stack">
      <h3>{t("sales.costs.rules")}</h3>
      {rules.length === 0 ? <p className="dim">{t("sales.costs.none")}</p> : null}
      {rules.map((rule) => (
        <div key={rule.name} className="row">
          <span className="grow clip" dir="auto">
            {rule.name}
          </span>
          <span className="dim">{t(`sales.costs.kind_${rule.kind}`)}</span>
          <span className="num" style={{ minWidth: 110 }}>
            {rule.kind === "percent"
              ? t("sales.costs.percent", { n: quantity(rule.amount) })
              : `${amount(rule.amount)} ${currency}`}
          </span>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t("sales.costs.remove", { name: rule.name })}
            disabled={save.isPending}
            onClick={() => set(rules.filter((other) => other.name !== rule.name))}
          >
            <IconTrash size={16} aria-hidden="true" />
          </ActionIcon>
        </div>
      ))}
      <form
        className="row"
        style={{ alignItems: "flex-end" }}
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) add(read);
        }}
      >
        <TextInput
          className="grow"
          label={t("sales.costs.name")}
          value={name}
          error={taken ? t("sales.costs.taken") : null}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Select
          w={150}
          label={t("sales.costs.kind")}
          data={KINDS.map((value) => ({ value, label: t(`sales.costs.kind_${value}`) }))}
          value={kind}
          onChange={(value) => setKind((value ?? "per_sale") as CostRuleKind)}
          allowDeselect={false}
        />
        <TextInput
          w={100}
          label={t("sales.panel.amount")}
          inputMode="decimal"
          value={value}
          onChange={(event) => setValue(event.currentTarget.value)}
        />
        <Button type="submit" disabled={!ready} loading={save.isPending}>
          {t("sales.costs.add")}
        </Button>
      </form>
    </section>
  );
}

function Import() {
  const { t } = useTranslation();
  const { count } = useFormat();
  const bring = useAction("sales.costs.import");
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className="stack">
      <p className="dim small">{t("sales.costs.file")}</p>
      <Button
        style={{ alignSelf: "flex-start" }}
        variant="default"
        leftSection={<IconUpload size={15} aria-hidden="true" />}
        loading={bring.isPending}
        onClick={() => input.current?.click()}
      >
        {t("sales.mappings.import")}
      </Button>
      <input
        ref={input}
        type="file"
        accept=".csv,text/csv"
        hidden
        aria-label={t("sales.costs.products")}
        onChange={async (event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          if (!file) return;
          bring.mutate(
            { csv: await file.text() },
            {
              onSuccess: ({ products }) =>
                done(t("sales.costs.imported", { count: products, n: count(products) })),
              onError: failed,
            },
          );
        }}
      />
    </div>
  );
}
