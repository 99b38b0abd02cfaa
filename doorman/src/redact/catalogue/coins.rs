//! Addresses of coins: base58check, bech32 and bech32m, and EIP-55 over Keccak-256.

use sha2::{Digest as _, Sha256};

/// Whether a whole word is an address of Bitcoin or Ethereum.
pub(super) fn is_address(word: &[u8]) -> bool {
    match word {
        [b'0', b'x' | b'X', hex @ ..] => is_ethereum(hex),
        [b'1' | b'2' | b'3' | b'm' | b'n', ..] if word.len() <= 35 => is_base58(word),
        _ => is_bech32(word),
    }
}

/// 25 bytes, of which the last four are those of the hash of the rest.
fn is_base58(word: &[u8]) -> bool {
    const SIGNS: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut bytes = [0u8; 25];
    for sign in word {
        let Some(value) = SIGNS.iter().position(|known| known == sign) else { return false };
        let mut carry = u32::try_from(value).unwrap_or_default();
        for byte in bytes.iter_mut().rev() {
            carry += u32::from(*byte) * 58;
            *byte = (carry & 0xFF) as u8;
            carry >>= 8;
        }
        if carry != 0 {
            return false;
        }
    }
    let hash = Sha256::digest(Sha256::digest(&bytes[..21]));
    matches!(bytes[0], 0x00 | 0x05 | 0x6F | 0xC4) && hash[..4] == bytes[21..]
}

/// A segregated witness address: its polynomial comes to 1, or to bech32m's constant.
fn is_bech32(word: &[u8]) -> bool {
    const SIGNS: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const GENERATORS: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let mixed = word.iter().any(u8::is_ascii_uppercase) && word.iter().any(u8::is_ascii_lowercase);
    let word = word.to_ascii_lowercase();
    let Some(split) = word.iter().rposition(|sign| *sign == b'1') else { return false };
    let (human, rest) = (&word[..split], &word[split + 1..]);
    if mixed || !matches!(human, b"bc" | b"tb" | b"bcrt") || rest.len() < 8 {
        return false;
    }
    let values = rest.iter().map(|sign| SIGNS.iter().position(|known| known == sign));
    let Some(values) = values.collect::<Option<Vec<usize>>>() else { return false };
    let spread = human.iter().map(|sign| u32::from(sign >> 5));
    let spread = spread.chain([0]).chain(human.iter().map(|sign| u32::from(sign & 31)));
    let all = spread.chain(values.iter().map(|value| u32::try_from(*value).unwrap_or_default()));
    let sum = all.fold(1u32, |sum, value| {
        let top = sum >> 25;
        let next = ((sum & 0x1FF_FFFF) << 5) ^ value;
        (0..5).filter(|bit| top >> bit & 1 == 1).fold(next, |next, bit| next ^ GENERATORS[bit])
    });
    // Version 0 has the older checksum.
    sum == if values[0] == 0 { 1 } else { 0x2bc8_30a3 }
}

/// 40 hexadecimal digits; where their case differs it is a checksum.
fn is_ethereum(hex: &[u8]) -> bool {
    if hex.len() != 40 || !hex.iter().all(u8::is_ascii_hexdigit) {
        return false;
    }
    let lower = hex.iter().any(u8::is_ascii_lowercase);
    if !(lower && hex.iter().any(u8::is_ascii_uppercase)) {
        return true;
    }
    let hash = keccak(&hex.to_ascii_lowercase());
    hex.iter().enumerate().all(|(at, sign)| {
        let half = hash[at / 2] >> (4 * (1 - at % 2)) & 0xF;
        sign.is_ascii_digit() || sign.is_ascii_uppercase() == (half >= 8)
    })
}

/// Keccak-256 of a message shorter than one block.
fn keccak(message: &[u8]) -> [u8; 32] {
    const RATE: usize = 136;
    let mut block = [0u8; RATE];
    block[..message.len()].copy_from_slice(message);
    block[message.len()] = 1;
    block[RATE - 1] |= 0x80;
    let mut state = [0u64; 25];
    for (lane, bytes) in state.iter_mut().zip(block.chunks_exact(8)) {
        *lane = bytes.iter().rev().fold(0, |lane, byte| lane << 8 | u64::from(*byte));
    }
    permute(&mut state);
    let mut hash = [0; 32];
    for (bytes, lane) in hash.chunks_exact_mut(8).zip(state) {
        bytes.copy_from_slice(&lane.to_le_bytes());
    }
    hash
}

/// Keccak-f[1600]; its rotations and round constants are made as the specification makes them.
fn permute(state: &mut [u64; 25]) {
    let mut register = 1u8;
    for _ in 0..24 {
        let column =
            |state: &[u64; 25], x: usize| (0..5).fold(0, |sum, y| sum ^ state[x % 5 + 5 * y]);
        let parity: [u64; 5] = std::array::from_fn(|x| column(state, x));
        for at in 0..25 {
            state[at] ^= parity[(at + 4) % 5] ^ parity[(at + 1) % 5].rotate_left(1);
        }
        let (mut x, mut y, mut held) = (1, 0, state[1]);
        for step in 1..25u32 {
            (x, y) = (y, (2 * x + 3 * y) % 5);
            let lane = &mut state[x + 5 * y];
            (held, *lane) = (*lane, held.rotate_left(step * (step + 1) / 2 % 64));
        }
        for row in state.chunks_exact_mut(5) {
            let before: [u64; 5] = std::array::from_fn(|x| row[x]);
            for x in 0..5 {
                row[x] = before[x] ^ (!before[(x + 1) % 5] & before[(x + 2) % 5]);
            }
        }
        for bit in 0..7 {
            if register & 1 == 1 {
                state[0] ^= 1 << ((1u32 << bit) - 1);
            }
            register = register << 1 ^ if register >> 7 == 1 { 0x71 } else { 0 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_the_specification() {
        assert_eq!(keccak(b"")[..8], [0xc5, 0xd2, 0x46, 0x01, 0x86, 0xf7, 0x23, 0x3c]);
    }
}
