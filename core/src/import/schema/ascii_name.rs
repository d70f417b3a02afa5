//! The ASCII form of a DNS name that is written in other letters.
//!
//! Manifests name hosts in ASCII: a request's host is compared byte by byte, and
//! what a client sends for `bücher.example` is `xn--bcher-kva.example`. Somebody who
//! writes the first is told the second. It is advice, never a reading: which letters
//! a registry takes for the same (IDNA's mappings) is not asked here, so names with
//! anything but letters and digits get no advice. Linear in the name; quadratic in a
//! label, which has at most [`LABEL`] characters.

use alloc::string::String;
use alloc::vec::Vec;

/// Most bytes of a label (RFC 1035 2.3.4).
const LABEL: usize = 63;
/// Most bytes of a name.
const NAME: usize = 253;

/// The name with each label that is not ASCII as an A-label (`xn--…`), in lower
/// case; `None` where it is ASCII already or no advice is safe.
pub(super) fn in_ascii(name: &str) -> Option<String> {
    if name.is_ascii() || name.len() > 4 * NAME {
        return None;
    }
    let mut out = String::with_capacity(name.len() + 8);
    for (at, label) in name.split('.').enumerate() {
        if at > 0 {
            out.push('.');
        }
        if label.is_ascii() {
            out.push_str(&label.to_ascii_lowercase());
        } else {
            out.push_str("xn--");
            out.push_str(&punycode(label)?);
        }
    }
    (out.len() <= NAME).then_some(out)
}

/// A label's letters and digits, encoded in those of ASCII (RFC 3492).
fn punycode(label: &str) -> Option<String> {
    let letters: Vec<char> = label.chars().flat_map(char::to_lowercase).collect();
    let is_plain = |letter: &char| letter.is_alphanumeric() || *letter == '-';
    if letters.len() > LABEL || !letters.iter().all(is_plain) {
        return None;
    }
    let mut out: String = letters.iter().filter(|letter| letter.is_ascii()).collect();
    let basic = out.len() as u32;
    if basic > 0 {
        out.push('-');
    }
    // RFC 3492 6.3: code points are inserted in ascending order, each as the number of
    // steps since the last one.
    let (mut next, mut delta, mut bias) = (128_u32, 0_u32, 72_u32);
    let mut handled = basic;
    while (handled as usize) < letters.len() {
        let later = letters.iter().map(|&letter| u32::from(letter));
        let lowest = later.filter(|&code| code >= next).min()?;
        delta = delta.checked_add((lowest - next).checked_mul(handled + 1)?)?;
        next = lowest;
        for code in letters.iter().map(|&letter| u32::from(letter)) {
            if code < next {
                delta = delta.checked_add(1)?;
            } else if code == next {
                push_number(&mut out, delta, bias);
                bias = adapted(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta = delta.checked_add(1)?;
        next = next.checked_add(1)?;
    }
    ("xn--".len() + out.len() <= LABEL).then_some(out)
}

/// Writes a number in digits of varying base, lowest first (RFC 3492 3.3).
fn push_number(out: &mut String, number: u32, bias: u32) {
    let mut rest = number;
    let mut position = 36;
    loop {
        let threshold = position.max(bias + 1).saturating_sub(bias).clamp(1, 26);
        if rest < threshold {
            return out.push(digit(rest));
        }
        out.push(digit(threshold + (rest - threshold) % (36 - threshold)));
        rest = (rest - threshold) / (36 - threshold);
        position += 36;
    }
}

/// `a` to `z` for 0 to 25, `0` to `9` for 26 to 35.
fn digit(number: u32) -> char {
    let byte = match number as u8 {
        letter @ 0..=25 => b'a' + letter,
        figure => b'0' + figure.saturating_sub(26).min(9),
    };
    char::from(byte)
}

/// How the next number's digits are weighed (RFC 3492 6.1).
fn adapted(delta: u32, handled: u32, is_first: bool) -> u32 {
    let mut delta = if is_first { delta / 700 } else { delta / 2 };
    delta += delta / handled;
    let mut steps = 0;
    while delta > 455 {
        delta /= 35;
        steps += 36;
    }
    steps + 36 * delta / (delta + 38)
}

#[cfg(test)]
mod tests {
    use super::in_ascii;

    #[test]
    fn a_name_is_encoded_label_by_label() {
        for (name, ascii) in [
            ("bücher.example", "xn--bcher-kva.example"),
            ("*.BÜCHER.Example", "*.xn--bcher-kva.example"),
            ("пример.испытание", "xn--e1afmkfd.xn--80akhbyknj4f"),
            ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
            // RFC 3492 7.1 (L), a Japanese title with ASCII in it.
            ("3年b組金八先生", "xn--3b-ww4c5e180e575a65lsy2b"),
            ("faß.de", "xn--fa-hia.de"),
        ] {
            assert_eq!(in_ascii(name).as_deref(), Some(ascii), "{name}");
        }
    }

    #[test]
    fn what_has_no_safe_form_gets_none() {
        let long = "ü".repeat(64);
        for name in [
            "example.com",
            "example．com",
            "example。com",
            "bu\u{308}cher.example",
            "a\u{200d}b.example",
            "💩.example",
            long.as_str(),
        ] {
            assert_eq!(in_ascii(name), None, "{name}");
        }
        let deep = "ü.".repeat(2_000);
        assert_eq!(in_ascii(&deep), None);
    }
}
