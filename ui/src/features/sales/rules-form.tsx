import { Button, Select, Switch, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Answer } from "@/components/answer";
import { Bones } from "@/components/empty";
import { Panel } from "@/components/panel";
import { done } from "@/components/toast";
import { Trouble } from "@/components/trouble";
import type { SaleRules, SalesCatalogue, SalesChannel } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction, useCommand } from "@/platform/commands";

type Choice = "document_type" | "seller" | "payment" | "tax" | "warehouse" | "cost_center";
type Text =
  | "generic_product"
  | "shipping_product"
  | "tolerance"
  | "email"
  | "phone"
  | "address"
  | "city";
type Flag = "prices_with_tax" | "sku_is_code" | "final_consumer" | "stamp" | "mail";

const CHOICES: Choice[] = ["document_type", "seller", "payment", "tax", "warehouse", "cost_center"];
const FIRST: Flag[] = ["prices_with_tax", "sku_is_code", "final_consumer", "stamp", "mail"];
/** What SIIGO asks of every customer and the channel seldom gives. */
const CONTACT: Text[] = ["email", "phone"];
const TEXTS: Text[] = ["generic_product", "shipping_product", "tolerance", "address", "city"];

/** How the sales of a channel become invoices; begins with what the ledger's catalogue suggests. */
export function RulesForm({
  channel,
  asking,
  onClose,
}: {
  channel: SalesChannel;
  /** The channel is asked again: what is saved now could lack what is about to be proposed. */
  asking: boolean;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const untouched = channel.rules.document_type == null;
  // The proposal may come while the form is open: only what a person changed stands over it.
  const [changed, setChanged] = useState<Partial<SaleRules>>({});
  const change = (by: Partial<SaleRules>) => setChanged((old) => ({ ...old, ...by }));
  const rules: SaleRules = {
    ...(untouched && channel.proposal ? channel.proposal : channel.rules),
    ...changed,
  };
  const save = useAction("sales.channels.set");
  const catalogue = useCommand(
    "sales.catalogue.show",
    { ledger: String(channel.ledger_id ?? "") },
    { enabled: channel.ledger_id !== null },
  );
  const { quantity, typed } = useFormat();
  // It is read and written as amounts are in the office's country.
  const [tolerance, setTolerance] = useState<string | null>(null);
  const read = tolerance === null ? (rules.tolerance ?? "1") : typed(tolerance);
  const wrong: Partial<Record<Text, string>> = {};
  if (!isTolerance(read)) wrong.tolerance = t("sales.rules.bad_tolerance");
  if (!isEmail(rules.email ?? "")) wrong.email = t("sales.rules.bad_email");
  if (!isPhone(rules.phone ?? "")) wrong.phone = t("sales.rules.bad_phone");
  if (!/^(\d{5})?$/.test((rules.city ?? "").trim())) wrong.city = t("sales.rules.bad_city");
  const text = (name: Text) => (
    <TextInput
      key={name}
      label={t(`sales.rule.${name}`)}
      description={t(`sales.rule_hint.${name}`)}
      value={name === "tolerance" ? (tolerance ?? quantity(read ?? "1")) : (rules[name] ?? "")}
      error={wrong[name]}
      onChange={({ currentTarget: { value } }) =>
        name === "tolerance" ? setTolerance(value) : change({ [name]: value })
      }
    />
  );
  return (
    <Panel
      wide
      title={t("sales.rules.title")}
      sub={channel.name}
      onClose={onClose}
      foot={
        <>
          <Button
            disabled={Object.keys(wrong).length > 0 || asking}
            loading={save.isPending}
            onClick={() =>
              save.mutate(
                {
                  channel: String(channel.id),
                  rules: { ...trimmed(rules), tolerance: read ?? rules.tolerance },
                },
                {
                  onSuccess: () => {
                    done(t("sales.rules.saved"));
                    onClose();
                  },
                },
              )
            }
          >
            {t("common.save")}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
        </>
      }
    >
      <div className="stack form" data-gap="big">
        {untouched && channel.proposal ? (
          <p className="trouble wrap" data-severity="neutral">
            {t("sales.rules.proposed")}
          </p>
        ) : null}
        {channel.requirements
          .filter(({ met, field }) => !met && !has(rules, field))
          .map(({ field, reason }) =>
            reason ? (
              <p key={field} className="trouble wrap" data-severity="warning">
                {reason.text}
              </p>
            ) : null,
          )}
        {channel.ledger_id === null ? <p>{t("sales.no_ledger")}</p> : null}
        {catalogue.error ? <Trouble error={catalogue.error} /> : null}
        {catalogue.data ? (
          CHOICES.map((name) => (
            <Select
              key={name}
              label={t(`sales.rule.${name}`)}
              description={t(`sales.rule_hint.${name}`)}
              data={optionsOf(name, catalogue.data)}
              value={rules[name] == null ? null : String(rules[name])}
              onChange={(value) => change({ [name]: value === null ? null : Number(value) })}
              required={channel.requirements.some(
                ({ field, required }) => field === name && required,
              )}
              searchable
              clearable
              clearButtonProps={{ "aria-label": t("common.clear_filters") }}
            />
          ))
        ) : channel.ledger_id === null || catalogue.error ? null : (
          <Bones lines={6} />
        )}
        {FIRST.map((name) => (
          <Switch
            key={name}
            label={t(`sales.rule.${name}`)}
            description={t(`sales.rule_hint.${name}`)}
            checked={rules[name] ?? false}
            onChange={(event) => change({ [name]: event.currentTarget.checked })}
          />
        ))}
        {CONTACT.map(text)}
        <details>
          <summary>{t("sales.advanced")}</summary>
          <div className="stack" data-gap="big" style={{ marginTop: 8 }}>
            {TEXTS.map(text)}
          </div>
        </details>
        <Answer of={save.error}>
          <Trouble error={save.error} />
        </Answer>
      </div>
    </Panel>
  );
}

/** Whether a rule that SIIGO demands is filled in here, saved or not. */
const has = (rules: SaleRules, field: string) =>
  Boolean((rules as Partial<Record<string, unknown>>)[field]);

/** What was pasted with a space around it is what was meant. */
function trimmed(rules: SaleRules): SaleRules {
  const texts = [...CONTACT, ...TEXTS].map((name) => [name, rules[name]?.trim()]);
  return { ...rules, ...Object.fromEntries(texts) };
}

/** From 0 to 1000, with cents. */
function isTolerance(amount: string | null): boolean {
  return amount !== null && /^\d{1,4}(\.\d{1,2})?$/.test(amount) && Number(amount) <= 1000;
}

/** What the program takes as one. */
function isEmail(text: string): boolean {
  return (
    text.trim() === "" || /^[^\s,;<>'"@]+@([^\s,;<>'"@.]+\.)+[^\s,;<>'"@.]+$/.test(text.trim())
  );
}

/** Ten digits at most, besides Colombia's own prefix. */
function isPhone(text: string): boolean {
  const digits = text.replace(/\D/g, "").replace(/^00/, "");
  if (digits === "") return text.trim() === "";
  return digits.length <= 10 || (digits.length === 12 && digits.startsWith("57"));
}

function optionsOf(name: Choice, catalogue: SalesCatalogue) {
  const lists = {
    document_type: catalogue.document_types,
    seller: catalogue.sellers,
    payment: catalogue.payment_types,
    tax: catalogue.taxes,
    warehouse: catalogue.warehouses,
    cost_center: catalogue.cost_centers,
  };
  return lists[name]
    .filter(({ active }) => active)
    .map(({ id, name }) => ({ value: String(id), label: name }));
}
