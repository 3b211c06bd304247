/**
 * What things look like, on a field of 120 by 120 with the ground at 98. A drawing is parts separated by `;`, the lower ones
 * first: a colour (`b` body, `l` light, `a` accent, `d` dark, `w` white), for a line its width, and a shape: `c x y r` a circle,
 * `e x y rx ry` an ellipse, `r x y width height corner` a rectangle, anything else a path.
 *
 * The first whose words occur in an item's name or category is its picture, so special things stand before general ones.
 */
export const MOTIFS: readonly (readonly [words: string, drawing: string])[] = [
  // Baby
  ['rain cover|pram hood', 'd c 42 90 8;d c 76 90 8;D4 M38 84 78 84M26 62 18 48H10;b M26 82V58A34 34 0 0 1 92 58V82z;l M40 80V60A20 20 0 0 1 78 60V80z;w M48 66l8-8M54 72l14-14;a r 24 78 70 6 3'], // prettier-ignore
  ['pram|pushchair|stroller', 'D4 M44 76 74 90M74 74 42 90M26 52 18 38H9;b M26 52H92A32 28 0 0 1 60 80 32 28 0 0 1 26 52z;a M60 52V20A32 32 0 0 1 92 52z;L3 M60 50 82 28;d c 42 90 9;d c 76 90 9;l c 42 90 4;l c 76 90 4'], // prettier-ignore
  ['car seat|booster', 'd r 34 84 58 14 6;b M30 90Q24 40 40 24 58 16 68 26 62 50 68 66L92 70Q98 84 88 90z;l M42 76Q38 46 48 34 56 32 58 40 52 56 60 74L82 78 82 84 46 84z;A4 M50 38 74 76M60 34 64 72'], // prettier-ignore
  ['changing bag|nappy|diaper', 'D5 M40 44Q60 8 80 44;b r 24 42 72 54 10;l r 34 62 52 26 6;a r 52 56 16 12 3;W3 M42 76H78'], // prettier-ignore
  ['baby', 'b c 60 44 22;w c 60 46 16;d c 54 44 2;d c 66 44 2;D3 M54 52Q60 57 66 52;a M40 40A20 20 0 0 1 80 40Q60 30 40 40z;b M34 98Q36 68 60 68 84 68 86 98z;a M52 70 60 80 68 70z'], // prettier-ignore
  // Coffee and tea
  ['grinder', 'd r 40 84 40 14 3;b M44 84 48 52H72L76 84z;l M38 52Q42 30 60 30 78 30 82 52z;A4 M60 30V20H84;a c 86 20 6;w r 52 62 16 12 2'], // prettier-ignore
  ['coffee machine|espresso maker|oven and coffee', 'b r 28 22 64 20 6;b r 72 22 20 76 4;d r 28 88 64 10 3;l r 34 28 20 8 2;a c 62 32 5;D5 M50 42V52H42V56;w M38 66H60V80Q60 86 54 86H44Q38 86 38 80z;D3 M60 70H66V78H60'], // prettier-ignore
  ['coffee bean|espresso roast|coffee', 'b M36 34H84L90 98H30z;d M36 34 40 22H80L84 34z;l e 60 66 18 18;d e 54 66 6 10;d e 67 66 6 10;L2 M54 57Q51 66 54 75M67 57Q64 66 67 75;a r 44 26 32 4 2'], // prettier-ignore
  ['tea', 'b M30 52H82V62Q82 94 56 94 30 94 30 62z;D5 M82 58H90Q96 58 96 66 96 78 80 78;d e 56 98 34 3;W3 M46 42Q42 34 48 26M60 42Q56 34 62 26;A2 M56 54V70;a M50 70H62L64 84H48z;l e 56 52 26 4'], // prettier-ignore
  ['mug|cup', 'b r 30 36 48 62 8;D6 M78 50H86Q94 50 94 62T78 76;l e 54 38 24 6;a M30 62H78V74H30z;W3 M46 26Q42 20 47 14M60 26Q56 20 61 14'], // prettier-ignore
  // Computers and phones
  ['laptop sleeve|laptop case', 'd M22 40H98V92H22z;b r 18 34 84 60 8;L3 M26 46H94;a r 82 40 8 12 2;l r 34 60 34 20 3'], // prettier-ignore
  ['laptop|notebook computer|computers', 'd r 28 32 64 46 5;l r 33 37 54 36 2;b M16 84 28 76H92L104 84V88Q104 92 98 92H22Q16 92 16 88z;a r 52 82 16 4 2;w M40 66 52 52 60 60 72 46 80 66z'], // prettier-ignore
  ['monitor|display', 'd r 18 24 84 56 5;l r 23 29 74 46 2;D6 M60 80V92;b r 40 90 40 8 4;a M23 62 44 46 60 60 76 42 97 58V75H23z'], // prettier-ignore
  ['keyboard|keypad', 'b r 12 56 96 38 6;w M20 63h9v7h-9zM33 63h9v7h-9zM46 63h9v7h-9zM59 63h9v7h-9zM72 63h9v7h-9zM85 63h15v7h-15zM20 73h13v7h-13zM37 73h9v7h-9zM50 73h9v7h-9zM63 73h9v7h-9zM76 73h9v7h-9z;a r 89 73 11 7 1;l r 38 83 44 6 2;D3 M60 56Q60 40 76 34'], // prettier-ignore
  ['mouse|mice|trackball', 'D3 M60 40Q58 22 78 16;b r 38 38 44 60 22;l M38 62H82V60A22 22 0 0 0 38 60z;a r 56 44 8 16 4;D2 M60 62V64'], // prettier-ignore
  ['screen protector|privacy film', 'd r 34 24 42 74 7;b r 38 30 34 60 2;l M52 18H92L86 86H46z;w M60 70 82 34M66 74 82 48'], // prettier-ignore
  ['phone case|bumper', 'd r 36 20 48 78 10;b r 40 24 40 70 8;l r 44 30 16 22 6;d c 52 36 4;d c 52 46 4;a M60 66 76 58V90H48z'], // prettier-ignore
  ['smartphone|mobile phone|telephony|tablet', 'd r 36 18 48 80 8;l r 40 26 40 62 2;a M40 70 54 52 66 66 80 46V88H40z;w c 52 38 5;b r 53 21 14 3 1;w r 54 91 12 3 1'], // prettier-ignore
  ['charger|charging', 'b r 40 26 40 40 8;D6 M50 26V14M70 26V14;a M62 34 50 50H59L56 60 70 44H61z;D4 M60 66V84Q60 94 72 94H96;d r 92 88 14 12 2'], // prettier-ignore
  ['power bank|battery', 'b r 34 22 52 76 8;l r 42 34 36 16 3;a M64 54 50 74H59L56 88 72 66H62z;w c 48 42 3;w c 57 42 3;d r 52 18 16 4 1'], // prettier-ignore
  // Sport
  ['running shoes|trail shoes|shoes', 'b M16 62Q24 66 34 50L44 44Q58 66 84 68 104 72 104 86H16z;w M14 84H106V90Q106 96 98 96H22Q14 96 14 90z;L3 M42 60 52 54M50 67 60 60M60 72 68 66;a M16 62Q24 66 30 58L36 86H16z;D2 M20 96H98'], // prettier-ignore
  ['socks', 'b M46 20H72V62Q72 70 62 76L42 92Q30 98 26 88 24 80 34 74L46 64z;l M46 20H72V32H46z;A4 M46 40H72M46 48H72;w M26 84Q28 76 36 73 44 80 42 92 30 98 26 88z;d M72 30 92 30V66Q92 74 82 80L66 92 60 88 68 80Q78 72 78 64z'], // prettier-ignore
  ['fitness tracker|sports watch|watch', 'd M46 14H74L70 38H50zM50 82H70L74 106H46z;b r 38 34 44 52 14;d r 43 40 34 40 9;A3 M46 62H54L58 50 63 72 67 62H74;l r 82 52 4 14 2'], // prettier-ignore
  ['water bottle|flask', 'd r 50 14 20 14 4;D3 M56 14Q60 4 66 14;b M44 34Q44 28 60 28 76 28 76 34V90Q76 98 68 98H52Q44 98 44 90z;l r 44 50 32 26 0;a M60 53Q70 66 60 72 50 66 60 53z;w r 49 36 4 10 2'], // prettier-ignore
  ['glove', 'b M36 98V62L28 46Q28 38 36 42L42 52 40 26Q44 20 49 26L52 48 54 22Q60 16 64 22L64 48 68 26Q74 22 76 28L76 54 80 40Q86 38 86 44L82 72V98z;a r 34 86 50 12 3;L3 M46 66H74M46 74H74'], // prettier-ignore
  ['ball|sport|leisure', 'b c 60 62 36;w M60 46 73 55 68 71H52L47 55z;L4 M60 46V28M73 55 92 48M68 71 80 88M52 71 40 88M47 55 28 48'], // prettier-ignore
  // Garden and camping
  ['grill tongs|barbecue tool|grill tool', 'D5 M44 98V50M76 98V56;b M36 16H52V44Q52 52 44 52T36 44z;w M40 22H44V42H40zM46 22H49V42H46z;b M70 14Q66 36 74 56H78Q86 36 82 14 78 30 76 30T70 14z;A6 M44 98V84M76 98V84'], // prettier-ignore
  ['charcoal|smoking chips', 'b M34 30H86L92 98H28z;d M34 30 38 20H82L86 30z;l r 40 46 40 34 4;d M48 70 56 58 66 62 74 54 76 72 62 76z;a M60 66Q54 56 62 48 72 58 66 68z'], // prettier-ignore
  ['barbecue|grill', 'D4 M44 66 34 98M76 66 86 98M40 84H80;b M24 54H96Q92 78 60 78 28 78 24 54z;d M24 50H96Q94 24 60 24 26 24 24 50z;A4 M52 22Q60 14 68 22;l r 20 49 80 6 3;W3 M40 18Q36 12 41 6M82 18Q78 12 83 6'], // prettier-ignore
  ['garden chair|sun lounger', 'D5 M26 98 44 66M58 70 72 98M44 66 82 72 92 98;b M82 74 36 66 20 22Q26 16 32 20L48 56 84 62z;L3 M30 34 42 32M35 46 46 42M56 58 54 67M68 60 66 69'], // prettier-ignore
  ['garden table|patio table', 'b r 16 54 88 10 5;D6 M30 64 26 98M90 64 94 98M60 64V96;a M60 14Q86 18 92 40H28Q34 18 60 14z;l M60 14Q70 22 72 40H48Q50 22 60 14z;D3 M60 14V54'], // prettier-ignore
  ['garden|agro', 'd M40 72H80L76 98H44z;B5 M60 72V44;b M60 54Q36 52 34 30 58 28 60 54z;a M60 48Q62 24 86 24 88 46 60 48z;l r 36 66 48 8 3'], // prettier-ignore
  ['tent|shelter', 'd M60 22 14 96H106z;b M60 22 14 96H52z;l M60 22 52 96 86 96z;a M60 44 52 96H68z;D3 M60 22 56 14M14 96 6 98M106 96 114 98'], // prettier-ignore
  ['sleeping bag|quilt', 'b M38 30Q60 8 82 30L80 90Q60 102 40 90z;l e 60 34 16 13;w e 60 35 10 8;L3 M41 54Q60 62 79 54M41 68Q60 76 79 68M42 82Q60 90 78 82;A3 M76 40V88'], // prettier-ignore
  ['camping stove|cooker', 'd M44 90H76L80 98H40z;b r 46 60 28 32 6;a M48 56Q46 44 56 38 54 48 62 42 70 48 72 56z;D4 M34 58H86M60 60V56;l r 38 26 44 22 3;D4 M82 32H98'], // prettier-ignore
  ['backpack|daypack', 'D5 M48 26Q60 8 72 26;b M32 46Q32 22 60 22 88 22 88 46V90Q88 98 80 98H40Q32 98 32 90z;l r 40 62 40 28 6;a r 44 40 32 8 4;D3 M60 62V72;d r 26 56 8 30 4;d r 86 56 8 30 4'], // prettier-ignore
  // Home
  ['office chair|desk chair', 'D5 M60 70V86M38 96 60 86 82 96M60 86V96;d c 38 97 4;d c 82 97 4;d c 60 98 4;b r 38 16 44 40 12;b r 34 60 52 12 6;l r 45 24 30 22 8;A5 M30 50V64H38M90 50V64H82'], // prettier-ignore
  ['desk lamp|reading light|lights|lamp', 'd e 46 96 24 5;D5 M46 94 36 60 64 36;b M54 32 74 14 92 44Q78 46 68 42z;a M72 44Q80 48 90 46L98 60Q82 66 70 54z;l c 36 60 5;l c 64 36 4'], // prettier-ignore
  ['desk|office', 'b r 14 46 92 9 3;d r 18 55 8 43 1;d r 94 55 8 43 1;l r 64 55 28 34 2;W3 M72 66H84M72 78H84;D3 M34 46V36;a r 24 22 30 18 2;A3 M70 46Q70 34 80 30'], // prettier-ignore
  ['mattress', 'd r 12 82 96 10 4;b r 12 58 96 28 8;l r 12 52 96 18 8;L3 M12 76H108;w e 34 50 18 9;w e 84 50 18 9;D2 M30 74v8M50 74v8M70 74v8M90 74v8'], // prettier-ignore
  ['pillow|cushion', 'b M20 40Q60 28 100 40 108 66 100 92 60 102 20 92 12 66 20 40z;l M30 50Q60 40 90 50 94 66 90 80 60 88 30 80 26 66 30 50z;A3 M60 56V74M51 65H69'], // prettier-ignore
  ['dog bed', 'd M12 76Q12 98 34 98H86Q108 98 108 76z;b M10 74Q10 56 26 58 60 66 94 58 110 56 110 74 110 92 92 92H28Q10 92 10 74z;l e 60 74 36 12;d M42 72Q40 58 56 60 74 56 80 70 70 78 56 76 46 78 42 72z;d M42 66 38 58 48 60z'], // prettier-ignore
  ['bed linen|duvet|bed bath|bed', 'd r 12 30 8 68 2;d r 100 58 8 40 2;b M20 62H100V88H20z;w M24 50H50Q54 62 50 64H24z;a M46 62H100V88H46z;l M46 62H56V88H46z;W3 M66 70l6 6 6-6 6 6'], // prettier-ignore
  ['frying pan|skillet', 'D8 M76 66 108 50;b e 48 72 40 24;d e 48 68 36 19;w M34 66Q36 56 48 58 62 54 64 66 66 78 50 78 34 80 34 66z;a c 49 67 7'], // prettier-ignore
  ['kitchen knife|knife block|knives', 'd M40 56 84 42 96 98H36z;b M44 60 80 48 90 94H42z;a r 44 26 9 30 3;a r 58 20 9 32 3;a r 72 18 9 28 3;W2 M48 32v4M62 26v4M76 24v4;l M54 70 76 64 80 84H56z'], // prettier-ignore
  ['saucepan|stockpot|kitchen|houseware|cuisine', 'D6 M88 62H108;b M26 50H88V84Q88 98 74 98H40Q26 98 26 84z;l r 22 44 70 9 4;d M34 44Q36 32 57 32T80 44z;a c 57 29 5;W3 M38 64V82'], // prettier-ignore
  // Photo and audio
  ['camera bag|lens pouch', 'D4 M28 46Q60-6 92 46;b r 20 42 80 54 9;d M20 52Q20 42 30 42H90Q100 42 100 52V66Q60 78 20 66z;a r 52 62 16 14 3;L3 M30 84H90'], // prettier-ignore
  ['memory card|flash card', 'b M34 22H72L88 38V92Q88 98 82 98H38Q32 98 32 92V28z;a M42 28h6v16h-6zM53 28h6v16h-6zM64 28h6v16h-6z;w r 42 56 36 30 3;D3 M48 66H72M48 76H64'], // prettier-ignore
  ['tripod|monopod', 'D5 M60 46 36 98M60 46 84 98M60 46V94;b r 44 18 32 20 4;d c 60 28 8;l c 60 28 4;a r 54 38 12 10 2;D3 M48 72H72'], // prettier-ignore
  ['camera|photo', 'd M42 34 48 24H72L78 34z;b r 16 34 88 60 9;l r 16 48 88 30 0;d c 60 64 23;b c 60 64 16;d c 60 64 10;w c 55 59 4;a r 84 40 12 6 2'], // prettier-ignore
  ['headphone|earphone', 'D6 M26 66Q24 22 60 22T94 66;b r 18 58 20 36 9;b r 82 58 20 36 9;l r 32 60 9 32 4;l r 79 60 9 32 4;A4 M38 30Q60 14 82 30'], // prettier-ignore
  ['speaker|soundbar|audio', 'b r 34 16 52 82 8;d c 60 70 19;l c 60 70 12;d c 60 70 5;d c 60 34 10;l c 60 34 5;a c 80 22 3'], // prettier-ignore
  // Pets and toys
  ['dog food|kibble', 'b M34 20H86L82 58H38z;a M52 34Q52 28 58 32H64Q70 28 70 34T64 40H58Q52 46 52 40z;d M24 74H96L90 98H30z;l e 60 74 36 9;b c 44 72 5;b c 58 70 6;b c 72 73 5;w r 48 84 24 7 3'], // prettier-ignore
  ['dog toy|chew', 'b M38 52Q20 34 40 28 50 26 52 38L74 70Q90 66 92 80 90 94 78 90 76 102 64 98 56 92 62 80L44 54Q34 60 38 52z;l M50 46 70 76 64 80 44 50z;a c 90 36 12;W2 M80 32Q90 38 100 32'], // prettier-ignore
  ['pet', 'b e 60 76 24 20;b c 34 54 10;b c 50 36 11;b c 72 36 11;b c 88 54 10;l e 60 78 14 10'], // prettier-ignore
  ['building set|brick', 'b r 22 66 46 32 2;a r 62 66 40 32 2;l r 36 38 50 28 2;b r 28 60 10 6 2;b r 48 60 10 6 2;a r 86 60 10 6 2;l r 42 32 10 6 2;l r 66 32 10 6 2;D2 M22 82H102'], // prettier-ignore
  ['puzzle|jigsaw', 'b M24 42H50Q44 28 56 28T62 42H62V62Q76 56 76 68T62 74V94H24z;a M70 36H98V94H68V80Q84 82 84 68T68 56z;l M24 42H40V58Q30 54 30 64T40 68V94H24z'], // prettier-ignore
  ['console', 'b M30 44H90Q104 44 108 66 112 92 100 94 90 94 82 80H38Q30 94 20 94 8 92 12 66 16 44 30 44z;d M34 54h8v6h6v8h-6v6h-8v-6h-6v-8h6z;a c 86 56 5;l c 78 64 5;w c 94 64 4;D3 M60 44Q60 30 72 26'], // prettier-ignore
  ['board game|card game|games', 'b M12 70 60 48 108 70 60 94z;d M12 70 60 94V100L12 76zM108 70 60 94V100L108 76z;l M36 70 60 59 84 70 60 82z;a M48 58Q46 40 52 34A8 8 0 1 1 60 34Q66 40 64 58z;w r 74 56 16 14 2;d c 79 61 2;d c 86 66 2'], // prettier-ignore
  ['toy|cool stuff|party|christmas', 'd M28 98H92V56H28z;b r 28 54 64 44 4;l r 24 42 72 16 4;a r 54 42 12 56 0;A6 M60 42Q40 40 42 26 58 20 60 42 62 20 78 26 80 40 60 42'], // prettier-ignore
  // Beauty
  ['face cream|day cream|cream', 'd r 30 38 60 18 6;b M26 56H94V84Q94 98 80 98H40Q26 98 26 84z;l r 36 64 48 20 3;a c 60 74 6;W3 M38 44V50M48 44V50M72 44V50M82 44V50'], // prettier-ignore
  ['serum|face oil', 'd M52 8Q60 0 68 8V26H52z;b r 50 26 20 14 2;b M40 52Q40 40 60 40T80 52V90Q80 98 72 98H48Q40 98 40 90z;l r 46 58 28 30 2;a M60 62Q70 74 60 82 50 74 60 62z'], // prettier-ignore
  ['shampoo|conditioner|hygiene', 'd M50 20H76V26H66V36H54V26H50z;b M42 46Q42 36 60 36T78 46V90Q78 98 70 98H50Q42 98 42 90z;l r 46 56 28 28 12;A3 M54 66Q60 60 66 66M54 74Q60 68 66 74;w c 88 34 6;w c 96 48 4'], // prettier-ignore
  ['beauty|health', 'd r 46 58 28 40 4;l r 49 46 22 14 1;a M50 46V30L66 20Q70 22 70 28V46z;b r 46 66 28 6 0'], // prettier-ignore
  // Tools
  ['drill bit|screwdriver bit', 'b r 18 60 84 38 6;l r 24 66 72 26 3;D5 M34 84V34M48 84V24M62 84V30M76 84V22M89 84V38;A5 M34 60V44M48 60V38M62 60V42M76 60V36M89 60V48;d r 24 76 72 16 3'], // prettier-ignore
  ['cordless drill|impact driver|drill', 'D4 M10 38H26;d M24 32H38V44H24z;b M36 24H92Q102 24 102 38T92 54H76L82 84H58L52 54H36z;l M44 30H80V38H44z;d r 50 82 42 16 4;a r 54 58 8 12 3;a c 90 38 6'], // prettier-ignore
  ['tool box|tool chest|tool', 'D6 M44 46V32H76V46;b r 14 46 92 50 5;d r 14 62 92 8 0;a r 28 56 14 18 2;a r 78 56 14 18 2;l r 14 46 92 10 5;w r 50 78 20 8 2'], // prettier-ignore
  // What shops of all kinds sell
  ['perfumery', 'd r 52 14 16 14 3;b M34 46Q34 32 60 32T86 46V88Q86 98 76 98H44Q34 98 34 88z;l r 42 56 36 30 4;a c 60 71 8;A3 M68 20Q86 16 92 26'], // prettier-ignore
  ['bag|luggage|suitcase', 'D5 M46 34V20H74V34;b r 26 34 68 58 9;d r 34 92 8 6 2;d r 78 92 8 6 2;L4 M40 34V92M80 34V92;a r 52 54 16 18 3'], // prettier-ignore
  ['clothing|fashion|clothes|underwear', 'b M44 26Q60 38 76 26L104 44 94 62 84 56V98H36V56L26 62 16 44z;l M44 26Q60 38 76 26L72 24Q60 32 48 24z;A5 M36 74H84'], // prettier-ignore
  ['book', 'd M26 28Q42 18 60 30 78 18 94 28V94Q78 84 60 96 42 84 26 94z;w M32 30Q46 24 58 33V88Q46 80 32 86zM88 30Q74 24 62 33V88Q74 80 88 86z;B2 M38 42 52 45M38 54 52 57M38 66 52 69M82 42 68 45M82 54 68 57;a M78 24V50L83 45 88 50V26z'], // prettier-ignore
  ['stationery|art', 'D3 M96 22 104 14;b M30 84 84 24 98 36 44 94 26 98z;a M84 24 90 17Q96 12 102 18 108 24 104 29L98 36z;l M30 84 44 94 26 98z;w M38 82 88 28 92 32 42 88z'], // prettier-ignore
  ['music|instrument', 'D6 M66 52 98 14M92 10 102 20;b M60 46Q72 46 74 58 88 72 72 90 54 106 38 90 24 74 44 66 46 52 60 46z;d c 56 76 9;W2 M50 84 94 20;a r 40 84 14 4 2'], // prettier-ignore
  ['cds|dvd', 'b c 60 60 38;l c 60 60 28;w c 60 60 12;d c 60 60 5;A4 M36 44Q46 28 62 26'], // prettier-ignore
  ['flower', 'B5 M60 98V52;b M60 86Q42 84 36 70 54 68 60 86z;a c 60 26 12;a c 78 38 12;a c 71 58 12;a c 49 58 12;a c 42 38 12;l c 60 44 11'], // prettier-ignore
  ['food|drink|market', 'b M22 52H98L88 94Q86 98 82 98H38Q34 98 32 94z;a c 44 42 14;l c 66 36 16;d M66 20Q70 10 80 12 78 22 66 20z;W3 M40 60 44 88M60 60V88M80 60 76 88;d r 18 48 84 8 4'], // prettier-ignore
  ['electronic|air condition|appliance', 'D3 M40 20 60 38 84 16;b r 18 38 84 56 8;d r 26 46 56 40 5;l M30 50H60L40 82H30z;a c 92 54 4;w c 92 68 4;d r 32 94 12 5 2;d r 76 94 12 5 2'], // prettier-ignore
  ['furniture|home|confort|comfort|living', 'd r 26 88 10 10 2;d r 84 88 10 10 2;b r 24 40 72 40 10;b r 14 56 18 34 8;b r 88 56 18 34 8;l r 32 64 56 22 5;A3 M60 64V86'], // prettier-ignore
  ['auto|car', 'b M14 74Q14 64 26 62L38 44Q42 40 48 40H76Q82 40 86 46L96 62Q106 64 106 74V86H14z;l M42 60 48 48H58V60zM64 48H76L84 60H64z;d c 34 86 11;d c 86 86 11;l c 34 86 5;l c 86 86 5;a r 98 68 8 6 2'], // prettier-ignore
  ['construction|industry|safety|security|signal', 'b M20 82Q20 40 60 40T100 82z;a M52 40Q60 34 68 40V82H52z;d r 12 80 96 12 6;L3 M34 78Q34 58 44 50M86 78Q86 58 76 50'], // prettier-ignore
];

/** Where nothing is known of what a thing looks like: parcels, jars, bags and the like. */
export const ANYTHING: readonly string[] = [
  'b r 24 44 72 54 5;l r 24 44 72 16 5;a r 52 44 16 54 0;d M52 44H68V72L60 66 52 72z',
  'd r 42 18 36 14 4;b M36 46Q36 34 60 34T84 46V90Q84 98 76 98H44Q36 98 36 90z;l r 42 54 36 30 4;a c 60 69 8',
  'D5 M46 40Q46 18 60 18T74 40;b M28 40H92L98 98H22z;l M34 52H86L88 70H32z;a c 60 61 6',
  'b M60 22 100 40V80L60 100 20 80V40z;l M60 22 100 40 60 58 20 40z;a M40 31 80 49V62L72 58V46L32 27z;D2 M60 58V100',
  'd e 60 94 34 5;b M32 44H88L80 94H40z;l e 60 44 28 8;a M36 62H84L82 74H38z;D5 M36 40Q60 4 84 40',
];

const MATCHERS = MOTIFS.map(([words, drawing]) => ({
  words: new RegExp(`\\b(?:${words})`, 'i'),
  drawing,
}));

/**
 * A drawing for a thing.
 *
 * @param name what it is called; asked last, because names say other words too
 * @param category what kind of goods it is; of `Kitchen / Mugs / Classic` the end says most
 * @param seed which one of those for anything, if neither says something
 */
export function drawingOf(name: string, category: string, seed: number): string {
  for (const text of [...category.split('/').reverse(), name]) {
    const words = text.replaceAll('_', ' ');
    const found = MATCHERS.find((motif) => motif.words.test(words));
    if (found !== undefined) return found.drawing;
  }
  return ANYTHING[seed % ANYTHING.length]!;
}
