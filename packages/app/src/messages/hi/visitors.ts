export const visitors = {
  visits: {
    title: 'आपके रिकॉर्ड किसने देखे',
    loading: 'हर अस्पताल से पूछा जा रहा है ...',
    none: 'आपके सिवा किसी ने नहीं देखा।',
    own: 'जब मैंने ख़ुद देखा, वह भी दिखाएँ',
    looked_one: '– {{count}} रिकॉर्ड देखा',
    looked_other: '– {{count}} रिकॉर्ड देखे',
    refused: '– देखना चाहा, मना कर दिया गया',
    at: '{{when}}, {{where}}। बताया गया कारण: {{purpose}}।',
    refusedMark: 'मना',
    emergencyMark: 'आपात',
    unreachable: 'इनसे जवाब नहीं मिला, इसलिए सूची अधूरी हो सकती है: {{names}}।',
  },
}
