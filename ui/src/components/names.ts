// Names that come from the other side as keys, in words. An unknown one is shown as it is.
import i18next from "i18next";

export function kindName(kind: string): string {
  return known(`common.kind.${kind.replaceAll(".", "_")}`, kind);
}

export function stageName(stage: string): string {
  return known(`common.stage.${stage}`, stage);
}

export function actionName(action: string): string {
  return known(`activity.action.${action.replaceAll(".", "_")}`, action);
}

export function settingName(setting: string): string {
  return known(`activity.setting.${setting}`, setting);
}

/** What happened to a sale that goes to the ledger of that name. */
export function saleEventName(kind: string, ledger: string): string {
  return known(`sales.event.${kind}`, kind, { ledger });
}

/** What the tax authority says, by the ledger's word. */
export function stampName(stamp: string): string {
  return known(`sales.stamp.${stamp}`, stamp);
}

/** Where a cost comes from; that of a rule is the rule's own name. */
export function costSourceName(source: string): string {
  return known(`sales.source.${source}`, source);
}

function known(key: string, otherwise: string, values: Record<string, string> = {}): string {
  return i18next.exists(key) ? String(i18next.t(key as never, values as never)) : otherwise;
}
