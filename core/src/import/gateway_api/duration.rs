//! Durations as the Gateway API writes them (GEP-2257).

/// Reads a duration such as `1h30m` or `500ms`; gives milliseconds.
///
/// One to four whole numbers of one to five digits, each followed by `h`, `m`, `s` or
/// `ms`, in any order; the parts add up. `None` for everything else: fractions, signs,
/// spaces, other units, a bare `0`. The greatest value is that of `99999h` four times,
/// far inside the range of the result.
pub fn parse_ms(text: &str) -> Option<u64> {
    let mut rest = text.as_bytes();
    let mut total = 0u64;
    // SPEC: GEP-2257, `^([0-9]{1,5}(h|m|s|ms)){1,4}$`; a unit may repeat.
    for _ in 0..4 {
        let (part, tail) = parse_part(rest)?;
        total = total.checked_add(part)?;
        if tail.is_empty() {
            return Some(total);
        }
        rest = tail;
    }
    None
}

/// One number with its unit, and what follows.
fn parse_part(text: &[u8]) -> Option<(u64, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=5).contains(&digits) {
        return None;
    }
    let (number, unit) = text.split_at_checked(digits)?;
    let number = number
        .iter()
        .fold(0, |value, byte| value * 10 + u64::from(byte - b'0'));
    let (factor, tail) = match unit {
        [b'm', b's', tail @ ..] => (1, tail),
        [b's', tail @ ..] => (1_000, tail),
        [b'm', tail @ ..] => (60_000, tail),
        [b'h', tail @ ..] => (3_600_000, tail),
        _ => return None,
    };
    Some((number * factor, tail))
}

#[cfg(test)]
mod tests {
    use super::parse_ms;

    #[test]
    fn parts_add_up_in_any_order() {
        assert_eq!(parse_ms("1h30m10s500ms"), Some(5_410_500));
        assert_eq!(parse_ms("10s1h"), Some(3_610_000));
        assert_eq!(parse_ms("0s"), Some(0));
        assert_eq!(
            parse_ms("99999h99999h99999h99999h"),
            Some(4 * 99_999 * 3_600_000)
        );
    }

    #[test]
    fn what_the_grammar_does_not_have_is_no_duration() {
        for text in [
            "",
            "0",
            "1",
            "h",
            "-1s",
            "1.5h",
            "1d",
            "100us",
            "123456s",
            "1h 1m",
            "1s1s1s1s1s",
        ] {
            assert_eq!(parse_ms(text), None, "{text:?}");
        }
    }
}
