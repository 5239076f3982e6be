import type { MantineThemeOverride } from '@mantine/core'

/**
 * One visual language: calm green on paper, large touch targets, the reader's own fonts (which have Devanagari and
 * Gurmukhi where the reader does). Also read by the build, which makes a style sheet of it.
 */
export const theme: MantineThemeOverride = {
  primaryColor: 'teal',
  // White words on it are read in the light and in the dark (WCAG 1.4.3).
  primaryShade: 9,
  autoContrast: true,
  fontFamily: "system-ui, 'Noto Sans', 'Noto Sans Devanagari', 'Noto Sans Gurmukhi', sans-serif",
  fontSizes: { xs: '0.875rem', sm: '1rem', md: '1.0625rem', lg: '1.1875rem', xl: '1.375rem' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  headings: { fontWeight: '650' },
}
