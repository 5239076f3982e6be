export const visitors = {
  visits: {
    title: 'ਤੁਹਾਡੇ ਰਿਕਾਰਡ ਕਿਸ ਨੇ ਦੇਖੇ',
    loading: 'ਹਰ ਹਸਪਤਾਲ ਨੂੰ ਪੁੱਛਿਆ ਜਾ ਰਿਹਾ ਹੈ ...',
    none: 'ਤੁਹਾਡੇ ਤੋਂ ਬਿਨਾਂ ਕਿਸੇ ਨੇ ਨਹੀਂ ਦੇਖਿਆ।',
    own: 'ਜਦੋਂ ਮੈਂ ਆਪ ਦੇਖਿਆ, ਉਹ ਵੀ ਦਿਖਾਓ',
    looked_one: '– {{count}} ਰਿਕਾਰਡ ਦੇਖਿਆ',
    looked_other: '– {{count}} ਰਿਕਾਰਡ ਦੇਖੇ',
    refused: '– ਦੇਖਣਾ ਚਾਹਿਆ, ਨਾਂਹ ਕੀਤੀ ਗਈ',
    at: '{{when}}, {{where}}। ਦੱਸਿਆ ਕਾਰਨ: {{purpose}}।',
    refusedMark: 'ਨਾਂਹ',
    emergencyMark: 'ਐਮਰਜੈਂਸੀ',
    unreachable: 'ਇਨ੍ਹਾਂ ਤੋਂ ਜਵਾਬ ਨਹੀਂ ਮਿਲਿਆ, ਇਸ ਲਈ ਸੂਚੀ ਅਧੂਰੀ ਹੋ ਸਕਦੀ ਹੈ: {{names}}।',
  },
}
