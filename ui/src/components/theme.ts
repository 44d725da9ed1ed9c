import { createTheme, type MantineColorsTuple } from "@mantine/core";

// One accent: the green-blue of an old ledger's cloth. Contrast on white from shade 6 on: over 5.3.
const accent: MantineColorsTuple = [
  "#e9f6f5",
  "#d2eae8",
  "#a3d5d0",
  "#71bfb8",
  "#4aada4",
  "#2c8f88",
  "#117a74",
  "#0b6964",
  "#075751",
  "#04443f",
];

// Greys with a little blue in them, darker than Mantine's own at the end of the pages' background.
const dark: MantineColorsTuple = [
  "#d5dae1",
  "#b3bbc6",
  "#97a1ae",
  "#6d7784",
  "#454e59",
  "#363e48",
  "#272e36",
  "#1d232a",
  "#161b21",
  "#0f1317",
];

export const theme = createTheme({
  primaryColor: "accent",
  primaryShade: 6,
  colors: { accent, dark },
  autoContrast: false,
  fontFamily: '"Inter Variable", system-ui, sans-serif',
  fontFamilyMonospace: "ui-monospace, 'Cascadia Mono', Consolas, 'DejaVu Sans Mono', monospace",
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.25rem" },
  headings: { fontWeight: "600" },
  defaultRadius: "sm",
  radius: { xs: "2px", sm: "4px", md: "4px", lg: "4px", xl: "4px" },
  spacing: { xs: "0.5rem", sm: "0.75rem", md: "1rem", lg: "1.5rem", xl: "2rem" },
  respectReducedMotion: true,
  cursorType: "pointer",
  focusRing: "auto",
  components: {
    Button: { defaultProps: { size: "xs" } },
    TextInput: { defaultProps: { size: "xs" } },
    PasswordInput: { defaultProps: { size: "xs" } },
    NumberInput: { defaultProps: { size: "xs" } },
    Select: { defaultProps: { size: "xs", comboboxProps: { transitionProps: { duration: 0 } } } },
    MultiSelect: { defaultProps: { size: "xs" } },
    DateInput: { defaultProps: { size: "xs" } },
    SegmentedControl: { defaultProps: { size: "xs", transitionDuration: 100 } },
    Switch: { defaultProps: { size: "sm" } },
    Checkbox: { defaultProps: { size: "xs" } },
    Radio: { defaultProps: { size: "xs" } },
    Textarea: { defaultProps: { size: "xs" } },
    Tooltip: { defaultProps: { openDelay: 400, transitionProps: { duration: 0 } } },
    Menu: { defaultProps: { transitionProps: { duration: 0 } } },
    Modal: { defaultProps: { centered: true, transitionProps: { duration: 100 } } },
  },
});
