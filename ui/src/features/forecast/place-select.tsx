import { Select } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { ForecastOffice } from "@/generated/commands";
import { placeText, usePlaces } from "./places";

const ONE = "one:";

/** All warehouses together, each apart, or one of them. */
export function PlaceSelect({ office }: { office: ForecastOffice }) {
  const { t } = useTranslation();
  const places = usePlaces();
  const navigate = useNavigate({ from: "/pronosticos" });
  const known = office.by_place?.meta.places ?? [];
  const choose = (value: string) =>
    void navigate({
      search: ({ apart: _, place: __, ...old }) =>
        value.startsWith(ONE)
          ? { ...old, place: value.slice(ONE.length) }
          : value === "each"
            ? { ...old, apart: true as const }
            : old,
    });
  return (
    <Select
      w={176}
      aria-label={t("forecast.places.title")}
      data={[
        { value: "together", label: t("forecast.places.together") },
        { value: "each", label: t("forecast.places.each") },
        ...known.map((place) => ({ value: ONE + place.code, label: placeText(place, t) })),
      ]}
      value={typeof places === "string" ? places : ONE + places.one}
      onChange={(value) => value && choose(value)}
      allowDeselect={false}
      searchable={known.length > 8}
    />
  );
}
