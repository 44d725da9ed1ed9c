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

function known(key: string, otherwise: string): string {
  return i18next.exists(key) ? String(i18next.t(key as never)) : otherwise;
}
