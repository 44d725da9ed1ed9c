import { useSearch } from "@tanstack/react-router";
import type { TFunction } from "i18next";
import type { ForecastOffice, ForecastPlace, ForecastPlaces } from "@/generated/commands";

/** The warehouses that the tab is about. */
export function usePlaces(): ForecastPlaces {
  const { apart, place } = useSearch({ from: "/pronosticos" });
  if (place !== undefined) return { one: place };
  return apart ? "each" : "together";
}

/** The model whose forecasts of those are shown. */
export function modelFor(office: ForecastOffice, places: ForecastPlaces) {
  return places === "together" ? office.active : office.by_place;
}

/** `01 PRINCIPAL` */
export function placeText({ code, name }: ForecastPlace, t: TFunction): string {
  return code === "" ? t("forecast.places.none") : `${code} ${name}`.trim();
}
