/** Given and family names common in Punjab, elsewhere in India and among patients from abroad. Combined at random. */
export const names = {
  punjab: {
    female: ['Simran', 'Harpreet', 'Jasleen', 'Manpreet', 'Gurleen', 'Navjot', 'Amrit', 'Kiran'],
    male: ['Gurpreet', 'Harjit', 'Jaspreet', 'Rajinder', 'Balwinder', 'Manjit', 'Sukhdev', 'Arjan'],
    family: ['Singh', 'Kaur', 'Gill', 'Sidhu', 'Dhillon', 'Sandhu', 'Grewal', 'Brar', 'Bajwa'],
  },
  india: {
    female: ['Ananya', 'Priya', 'Meera', 'Fatima', 'Lakshmi', 'Sunita', 'Divya', 'Zoya'],
    male: ['Rohan', 'Vikram', 'Imran', 'Suresh', 'Aditya', 'Karthik', 'Naveen', 'Yusuf'],
    family: ['Sharma', 'Verma', 'Khan', 'Nair', 'Reddy', 'Gupta', 'Das', 'Joshi', 'Iyer', "D'Souza"],
  },
  abroad: {
    female: ['Sofía', 'Amara', 'Emma', 'Mei', 'Ngozi', 'Zoë'],
    male: ['Lukas', 'Kofi', 'Diego', 'Tenzin', 'Liam', 'Björn'],
    family: ['Okafor', 'García', 'Tamang', 'Müller', 'Chen', 'Brown'],
  },
} as const

/** Cities of Punjab and its capital with the start of their postal codes. */
export const cities = [
  ['Chandigarh', '160'],
  ['Ludhiana', '141'],
  ['Amritsar', '143'],
  ['Jalandhar', '144'],
  ['Patiala', '147'],
  ['Bathinda', '151'],
] as const
