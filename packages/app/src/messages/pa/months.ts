/** For browsers that do not know them: CLDR has them, Chromium's smaller builds leave them out. */
export const months = {
  month: {
    1: 'ਜਨਵਰੀ',
    2: 'ਫ਼ਰਵਰੀ',
    3: 'ਮਾਰਚ',
    4: 'ਅਪ੍ਰੈਲ',
    5: 'ਮਈ',
    6: 'ਜੂਨ',
    7: 'ਜੁਲਾਈ',
    8: 'ਅਗਸਤ',
    9: 'ਸਤੰਬਰ',
    10: 'ਅਕਤੂਬਰ',
    11: 'ਨਵੰਬਰ',
    12: 'ਦਸੰਬਰ',
  },
}
