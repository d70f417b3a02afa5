//! The name somebody probably meant.

use alloc::vec::Vec;

/// The candidate nearest to `word`, if it is near enough to be meant: at most a
/// third of the longer word's characters wrong, at least one and at most three.
pub(super) fn nearest<'c>(
    word: &str,
    candidates: impl Iterator<Item = &'c str>,
) -> Option<&'c str> {
    // A long word is no misspelling of a field's name, and the distance costs its square.
    if word.len() > 64 {
        return None;
    }
    candidates
        .filter_map(|candidate| {
            let allowed = (word.len().max(candidate.len()) / 3).clamp(1, 3);
            let distance = distance(word, candidate);
            (distance <= allowed).then_some((distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Edit distance by bytes, upper and lower case alike; a swap of neighbours counts as one.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<u8> = b.bytes().map(|byte| byte.to_ascii_lowercase()).collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut previous_byte = None;
    for (row, a_byte) in a.bytes().map(|byte| byte.to_ascii_lowercase()).enumerate() {
        let mut current = Vec::with_capacity(b.len() + 1);
        current.push(row + 1);
        let mut left = row + 1;
        let mut previous_b = None;
        for (column, &b_byte) in b.iter().enumerate() {
            let at =
                |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX - 1);
            let mut best = (left + 1)
                .min(at(&last, column + 1) + 1)
                .min(at(&last, column) + usize::from(a_byte != b_byte));
            if column > 0 && previous_byte == Some(b_byte) && previous_b == Some(a_byte) {
                best = best.min(at(&before_last, column - 1) + 1);
            }
            current.push(best);
            left = best;
            previous_b = Some(b_byte);
        }
        previous_byte = Some(a_byte);
        before_last = last;
        last = current;
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_misspelt_name_finds_the_right_one() {
        let names = ["matches", "filters", "backendRefs", "timeouts", "name"];
        let near = |word| nearest(word, names.into_iter());
        assert_eq!(near("matchs"), Some("matches"));
        assert_eq!(near("backendrefs"), Some("backendRefs"));
        assert_eq!(near("nmae"), Some("name"));
        assert_eq!(near("retries"), None);
        assert_eq!(near(&"m".repeat(1000)), None);
    }
}
