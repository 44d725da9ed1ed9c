import { NumberInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Terms } from "./terms";

/** The two numbers that an office knows and a model can't. */
export function TermsFields({
  terms,
  onChange,
  labelled,
}: {
  terms: Terms;
  onChange: (terms: Terms) => void;
  /** With its labels above. */
  labelled?: boolean;
}) {
  const { t, i18n } = useTranslation();
  const common = { w: labelled ? 170 : 128, hideControls: true, clampBehavior: "blur" } as const;
  const label = (name: string) =>
    labelled ? { label: name } : { "aria-label": name, title: name };
  const set = (name: keyof Terms) => (value: number | string) => {
    if (typeof value === "number" && Number.isFinite(value)) onChange({ ...terms, [name]: value });
  };
  return (
    <>
      <NumberInput
        {...common}
        {...label(t("forecast.terms.days"))}
        suffix={` ${t("forecast.terms.days_unit")}`}
        min={1}
        max={365}
        allowDecimal={false}
        value={terms.days}
        onChange={set("days")}
      />
      <NumberInput
        {...common}
        {...label(t("forecast.terms.service"))}
        suffix={`% ${t("forecast.terms.service_unit")}`}
        min={50}
        max={99.9}
        decimalScale={1}
        decimalSeparator={i18n.language === "es" ? "," : "."}
        value={terms.service}
        onChange={set("service")}
      />
    </>
  );
}
