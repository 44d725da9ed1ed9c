import { Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { MappingKind } from "@/generated/commands";
import { useCommand } from "@/platform/commands";

/** What something is mapped to: chosen by name where the ledger has a list of them, typed where not. */
export function TargetField({
  kind,
  ledger,
  label,
  value,
  onChange,
}: {
  kind: MappingKind;
  ledger: number | null;
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const listed = ledger !== null && (kind === "product" || kind === "payment" || kind === "tax");
  if (listed) {
    return <Listed kind={kind} ledger={ledger} label={label} value={value} onChange={onChange} />;
  }
  return (
    <TextInput
      w={260}
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function Listed({
  kind,
  ledger,
  label,
  value,
  onChange,
}: {
  kind: "product" | "payment" | "tax";
  ledger: number;
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [search, setSearch] = useState("");
  const [asked] = useDebouncedValue(search.split(" · ")[0]?.trim() ?? "", 250);
  const named = { ledger: String(ledger) };
  const products = useCommand(
    "sales.catalogue.products",
    { ...named, text: asked, limit: 50 },
    { enabled: open && kind === "product", keep: true },
  ).data;
  const catalogue = useCommand("sales.catalogue.show", named, { enabled: kind !== "product" }).data;
  const list = kind === "payment" ? catalogue?.payment_types : catalogue?.taxes;
  const options =
    kind === "product"
      ? (products ?? []).map(({ code, name }) => ({ value: code, label: `${code} · ${name}` }))
      : (list ?? []).map(({ id, name }) => ({ value: String(id), label: name }));
  const known = value === "" || options.some((option) => option.value === value);
  return (
    <Select
      w={260}
      aria-label={label}
      placeholder={t("sales.mappings.choose")}
      data={known ? options : [{ value, label: value }, ...options]}
      value={value === "" ? null : value}
      onChange={(value) => onChange(value ?? "")}
      onDropdownOpen={() => setOpen(true)}
      onSearchChange={setSearch}
      {...(kind === "product" ? { filter: ({ options }) => options } : {})}
      nothingFoundMessage={t("common.nothing_found")}
      searchable
      clearable
      clearButtonProps={{ "aria-label": t("sales.mappings.unset") }}
    />
  );
}
