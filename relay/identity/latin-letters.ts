/**
 * Letters of Latin orthographies that do not decompose, spelled with a to z: national spellings first (Iceland's
 * passports write þ as TH, Greenland's modern spelling writes ĸ as q), otherwise the letter that the sign was derived
 * from. Letters of the African reference alphabet, Pan-Nigerian, Americanist and phonetic letters (adopted by several
 * orthographies) are treated like European ones.
 */

const families: Record<string, string> = {
  a: 'ɐɑɒᴀⱥʌꞻꬰᶏᶐꞛ',
  aa: 'ꜳ',
  ae: 'æᴁᴂꬱ',
  ao: 'ꜵ',
  au: 'ꜷ',
  av: 'ꜹꜻ',
  ay: 'ꜽ',
  b: 'ƀɓƃƅʙᴃᵬᶀꞗꞵ',
  c: 'ƈȼɕᴄↄꜿꞓꞔ',
  ch: 'ʧ',
  d: 'đðɖɗƌȡᴅᴆᵭᶁᶑẟꝺꟈ',
  dz: 'ʣʤʥ',
  e: 'əǝɛɘɚɜɝɞɇᴇᴈᶒᶓᶔᶕⱸꬲꬳ',
  f: 'ƒᵮᶂꜰꝼꞙ',
  g: 'ɠɣǥɡɢʛƣᶃꞡꬶɤ',
  gh: 'ꟑ',
  h: 'ħɦɧɥⱨⱶꜧʜꞕ',
  hv: 'ƕ',
  i: 'ıɩɨɪᴉᵻᵼᶖꞽ',
  j: 'ȷɉɟʝʄᴊꭌ',
  k: 'ƙⱪᴋᶄꝁꝃꝅꞣ',
  l: 'łƚɫɬɭⱡȴʟᴌᶅꝇꝉꞎꬷꬸꬹꝲ',
  lz: 'ɮ',
  m: 'ɱɯɰᴍᵯᶆꬺ',
  n: 'ŋƞɲɳɴȵᴎᵰᶇꞑꞥꬻꬼ',
  o: 'øɔɵᴏᴐᴑᴒᴓᶗⱺꝋꝍꞝꬽꬾꬿꞷ',
  oe: 'œɶᴔꭀꭁꭂ',
  oi: 'ꭃ',
  oo: 'ꝏ',
  ou: 'ȣᴕ',
  p: 'ƥɸᵽᵱᶈᴘꝑꝓꝕ',
  q: 'ĸɋʠꝗꝙ',
  r: 'ɍɹɺɻɼɽɾɿʀʁᴙᴚᵲᵳᶉꝛꞧꭇꭈꭉꭊ',
  s: 'ſʂȿʃʅʆƨᵴᶊᶋᶘꜱꞅꞩẜẝꟊƪ',
  ss: 'ß',
  t: 'ŧƫƭʈȶⱦᴛᵵꞇʇ',
  th: 'þᵺꝥꝧ',
  tl: 'ƛ',
  ts: 'ʦʨ',
  tz: 'ꜩ',
  u: 'ʉʊᴜᵾᵿᶙꞟꞹꭎꭏꭑꭒ',
  v: 'ʋⱱⱴᴠᶌꝟ',
  vy: 'ꝡ',
  w: 'ʍⱳᴡƿ',
  x: 'ᶍꭓꭔꭕꭖꭗꭘꭙ',
  y: 'ƴɏʎʏȝỿꭚꝩ',
  z: 'ƶȥɀʐʑʒⱬƹƺᴢᵶᶎᶚꝣ',
};

/** By letter, in lower case. */
export const plainLetters: ReadonlyMap<string, string> = new Map(
  Object.entries(families).flatMap(([plain, letters]) => [...letters].map((letter) => [letter, plain] as const)),
);

/**
 * Characters that are letters in Unicode but that people write and type as apostrophes: the ʻokina of Hawaiian, the
 * glottal stops of Navajo, Salish and Semitic names, the saltillo of Nahuatl, and the signs of tone, length and clicks.
 * Removed like apostrophes.
 */
export const apostropheLetters =
  /[\u01BB-\u01BE\u01C0-\u01C3\u0241\u0242\u0294-\u0298\u02A1\u02A2\u02AC-\u02AD\u02B9-\u02C1\u02C6-\u02D1\u02EC\u02EE\u0640\u1D24\u1D25\u2C76\uA717-\uA725\uA788\uA78B\uA78C\uA78F\uA7BA-\uA7BF]/gu;
