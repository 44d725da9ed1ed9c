import "@fontsource-variable/inter/wght.css";
import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./components/styles.css";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { startTexts } from "./i18n";
import { choosePlatform } from "./platform";
import { remembered } from "./platform/remembered";

const root = document.getElementById("root");
if (root) {
  const { lang } = remembered();
  const [platform] = await Promise.all([choosePlatform(), startTexts(lang)]);
  createRoot(root).render(<App platform={platform} />);
}
