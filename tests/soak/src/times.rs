//! How long matches took, without keeping each.

use std::fmt;
use std::time::Duration;

/// How many matches took how long, by eighths of powers of two of nanoseconds.
pub(crate) struct Times {
    counts: Vec<u64>,
}

impl Times {
    pub(crate) fn new() -> Self {
        Self {
            counts: vec![0; 64 * 8],
        }
    }

    pub(crate) fn note(&mut self, time: Duration) {
        let ns = (time.as_nanos() as u64).max(8);
        let power = ns.ilog2();
        let place = power * 8 + (ns >> (power - 3) & 7) as u32;
        self.counts[place as usize] += 1;
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (own, other) in self.counts.iter_mut().zip(&other.counts) {
            *own += other;
        }
    }

    /// The nanoseconds within which this share of the matches is done; `None` where there
    /// were none.
    pub(crate) fn at(&self, share: f64) -> Option<f64> {
        let all: u64 = self.counts.iter().sum();
        let mut left = (all as f64 * share) as u64;
        for (place, &count) in self.counts.iter().enumerate() {
            if count > left {
                return Some(f64::exp2((place / 8) as f64) * (1.0 + (place % 8 + 1) as f64 / 8.0));
            }
            left -= count;
        }
        None
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shares = [
            ("half", 0.5),
            ("99 %", 0.99),
            ("99.9 %", 0.999),
            ("99.99 %", 0.9999),
        ];
        let texts = shares.map(|(name, share)| match self.at(share) {
            Some(ns) => format!("{name} within {ns:.0} ns"),
            None => format!("{name} of nothing"),
        });
        f.write_str(&texts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::Times;
    use std::time::Duration;

    #[test]
    fn a_share_is_done_within_an_eighth_more_than_it_took() {
        let mut times = Times::new();
        assert_eq!(times.at(0.999), None);
        (0..999).for_each(|_| times.note(Duration::from_nanos(100)));
        times.note(Duration::from_micros(100));
        let (most, all) = (times.at(0.5).unwrap(), times.at(0.999).unwrap());
        assert!((100.0..=112.5).contains(&most), "{most}");
        assert!((100_000.0..=112_500.0).contains(&all), "{all}");
    }
}
