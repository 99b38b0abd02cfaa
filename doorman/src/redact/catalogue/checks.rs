//! Check digits and ranges of national numbers. Each takes the signs without what parts them, letters
//! in capitals, as many as the shape has.

fn digit(sign: u8) -> u32 {
    u32::from(sign.wrapping_sub(b'0'))
}

fn number(signs: &[u8]) -> u64 {
    signs.iter().fold(0, |number, sign| number * 10 + u64::from(digit(*sign)))
}

fn weighed(signs: &[u8], weights: &[u32]) -> u32 {
    signs.iter().zip(weights).map(|(sign, weight)| digit(*sign) * weight).sum()
}

fn alike(signs: &[u8]) -> bool {
    signs.iter().all(|sign| *sign == signs[0])
}

/// Prefixes that are given out.
pub(super) fn uk_nino(signs: &[u8]) -> bool {
    let refused = [b"BG", b"GB", b"KN", b"NK", b"NT", b"TN", b"ZZ"];
    !b"DFIQUV".contains(&signs[0])
        && !b"DFIOQUV".contains(&signs[1])
        && !refused.contains(&&[signs[0], signs[1]])
        && b"ABCD".contains(&signs[8])
}

/// The letter is the number modulo 23.
pub(super) fn es_dni(signs: &[u8]) -> bool {
    let Some((letter, digits)) = signs.split_last() else { return false };
    let number = number(digits);
    usize::try_from(number % 23).is_ok_and(|rest| b"TRWAGMYFPDXBNJZSQVHLCKE"[rest] == *letter)
}

/// As the DNI, with 0, 1 or 2 for the first letter.
pub(super) fn es_nie(signs: &[u8]) -> bool {
    let first = match signs[0] {
        b'X' => b'0',
        b'Y' => b'1',
        b'Z' => b'2',
        _ => return false,
    };
    let mut dni = [first; 9];
    dni[1..].copy_from_slice(&signs[1..9]);
    es_dni(&dni)
}

/// Letters and digits in their places, a month, a day, and the letter that follows from the rest.
pub(super) fn it_codice_fiscale(signs: &[u8]) -> bool {
    /// What a sign is worth in the first, third, … place.
    const ODD: [u32; 26] = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24,
        23,
    ];
    // Where two people would have the same code, letters stand for digits.
    let figure = |sign: u8| match sign {
        b'0'..=b'9' => Some(digit(sign)),
        _ => {
            (0..).zip(b"LMNPQRSTUV").find(|(_, letter)| **letter == sign).map(|(figure, _)| figure)
        }
    };
    let pair = |at: usize| Some(figure(signs[at])? * 10 + figure(signs[at + 1])?);
    let placed = signs[..6].iter().all(u8::is_ascii_uppercase)
        && pair(6).is_some()
        && b"ABCDEHLMPRST".contains(&signs[8])
        && pair(9).is_some_and(|day| matches!(day, 1..=31 | 41..=71))
        && signs[11].is_ascii_uppercase()
        && (12..15).all(|at| figure(signs[at]).is_some())
        && signs[15].is_ascii_uppercase();
    let worth = |(at, sign): (usize, &u8)| {
        let value = if sign.is_ascii_digit() { digit(*sign) } else { u32::from(sign - b'A') };
        if at % 2 == 0 { ODD[value as usize] } else { value }
    };
    placed && {
        let sum: u32 = signs[..15].iter().enumerate().map(worth).sum();
        sum % 26 == u32::from(signs[15] - b'A')
    }
}

/// A sex, a month, and a key modulo 97; Corsica's departments count as 19 and 18.
pub(super) fn fr_nir(signs: &[u8]) -> bool {
    let mut digits = [b'0'; 15];
    digits.copy_from_slice(&signs[..15]);
    if signs[5] == b'2' && matches!(signs[6], b'A' | b'B') {
        (digits[5], digits[6]) = (b'1', if signs[6] == b'A' { b'9' } else { b'8' });
    }
    digits.iter().all(u8::is_ascii_digit)
        && matches!(digits[0], b'1'..=b'4' | b'7' | b'8')
        && matches!(number(&digits[3..5]), 1..=12 | 20..=42 | 50..=99)
        && 97 - number(&digits[..13]) % 97 == number(&digits[13..])
}

/// ISO 7064 mod 11,10; among the first ten digits one stands twice or three times, and no other does.
pub(super) fn de_steuer_id(signs: &[u8]) -> bool {
    let mut counts = [0u8; 10];
    for sign in &signs[..10] {
        counts[digit(*sign) as usize] += 1;
    }
    let repeated = counts.iter().filter(|count| **count > 1).count();
    let product = signs[..10].iter().fold(10, |product, sign| {
        let sum = (digit(*sign) + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    signs[0] != b'0'
        && repeated == 1
        && counts.iter().all(|count| *count <= 3)
        && (11 - product) % 10 == digit(signs[10])
}

/// A date, whose month tells the century, and a check digit.
pub(super) fn pl_pesel(signs: &[u8]) -> bool {
    let month = number(&signs[2..4]) % 20;
    let sum = weighed(signs, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]);
    (1..=12).contains(&month) && (1..=31).contains(&number(&signs[4..6])) && sum.is_multiple_of(10)
}

/// Verhoeff's check digit; the first digit is 2 or more.
pub(super) fn in_aadhaar(signs: &[u8]) -> bool {
    const PERMUTED: [usize; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    // The dihedral group of ten.
    let product = |a: usize, b: usize| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b) % 5 + 5,
        (false, true) => (a + 5 - b) % 5 + 5,
        (false, false) => (a + 5 - b) % 5,
    };
    let check = signs.iter().rev().enumerate().fold(0, |check, (at, sign)| {
        let value = (0..at % 8).fold(digit(*sign) as usize, |value, _| PERMUTED[value]);
        product(check, value)
    });
    signs[0] >= b'2' && check == 0
}

/// The fourth letter says who holds it.
pub(super) fn in_pan(signs: &[u8]) -> bool {
    b"ABCFGHJLPT".contains(&signs[3]) && &signs[5..9] != b"0000"
}

/// Two check digits modulo 11.
pub(super) fn br_cpf(signs: &[u8]) -> bool {
    let check = |count: usize| {
        let weights: Vec<u32> = (2..=11).rev().skip(10 - count).collect();
        weighed(&signs[..count], &weights) * 10 % 11 % 10 == digit(signs[count])
    };
    !alike(signs) && check(9) && check(10)
}

/// Two check digits modulo 11; letters count by their place in ASCII.
pub(super) fn br_cnpj(signs: &[u8]) -> bool {
    const WEIGHTS: [u32; 13] = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];
    let check = |count: usize| {
        let rest = weighed(&signs[..count], &WEIGHTS[13 - count..]) % 11;
        (if rest < 2 { 0 } else { 11 - rest }) == digit(signs[count])
    };
    signs[12..].iter().all(u8::is_ascii_digit) && !alike(signs) && check(12) && check(13)
}

/// Weighed digits modulo 11.
pub(super) fn au_tfn(signs: &[u8]) -> bool {
    !alike(signs) && weighed(signs, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11)
}

/// Luhn's check digit; no number begins with 0 or 8.
pub(super) fn ca_sin(signs: &[u8]) -> bool {
    let sum: u32 = signs
        .iter()
        .zip([1, 2].into_iter().cycle())
        .map(|(sign, times)| {
            let doubled = digit(*sign) * times;
            doubled / 10 + doubled % 10
        })
        .sum();
    !matches!(signs[0], b'0' | b'8') && sum.is_multiple_of(10)
}

/// A day of a year in which somebody alive was born, year first or last.
pub(super) fn birth_date(signs: &[u8]) -> bool {
    let year = |signs: &[u8]| (1890..=2035).contains(&number(signs));
    let days = |signs: &[u8]| {
        let (first, second) = (number(&signs[..2]), number(&signs[2..]));
        (1..=31).contains(&first) && (1..=31).contains(&second) && first.min(second) <= 12
    };
    (year(&signs[..4]) && days(&signs[4..])) || (year(&signs[4..]) && days(&signs[..4]))
}
