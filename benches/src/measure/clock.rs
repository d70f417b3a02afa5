//! Time of a pass, and of one dependent cache miss.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::Random;
use crate::engines::Engine;
use crate::mix::Prepared;

/// Requests that are brought into the cache together: few enough to stay there.
const BATCH: usize = 32;

/// A clock that knows what reading it costs.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    overhead: Duration,
}

impl Clock {
    /// Measures what reading the time twice costs: the least of many readings.
    pub fn new() -> Self {
        let readings = (0..10_000).map(|_| Instant::now().elapsed());
        Self {
            overhead: readings.min().unwrap_or_default(),
        }
    }

    /// Times each batch with its requests warm and the table as it is, and keeps the
    /// least time that it has ever taken in `least`. Gives nanoseconds a request of this
    /// pass, and how many were taken.
    pub fn touched(
        &self,
        engine: &mut dyn Engine,
        asks: &[&Prepared<'_>],
        least: &mut Vec<Duration>,
    ) -> (f64, usize) {
        least.resize(asks.len().div_ceil(BATCH), Duration::MAX);
        let (mut sum, mut taken) = (Duration::ZERO, 0);
        for (batch, least) in asks.chunks(BATCH).zip(least) {
            for ask in batch {
                black_box(ask.touch());
            }
            let start = Instant::now();
            taken += engine.pass(batch);
            let time = start.elapsed().saturating_sub(self.overhead);
            *least = time.min(*least);
            sum += time;
        }
        (nanoseconds(sum, asks.len()), taken)
    }

    /// Nanoseconds a request with everything as it is.
    pub fn plain(&self, engine: &mut dyn Engine, asks: &[&Prepared<'_>]) -> (f64, usize) {
        let start = Instant::now();
        let taken = engine.pass(asks);
        let time = start.elapsed().saturating_sub(self.overhead);
        (nanoseconds(time, asks.len()), taken)
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

/// Nanoseconds for each of so many things.
pub(super) fn nanoseconds(time: Duration, items: usize) -> f64 {
    time.as_nanos() as f64 / items.max(1) as f64
}

/// Work shorter than this is measured by the clock on the wall alone.
const LONG: Duration = Duration::from_millis(200);

/// Runs something once; gives its result and the seconds that it took.
///
/// Of long work the least of many rounds is no help: none of them is left alone. So it
/// is measured by the time that this thread was running, where the system tells it,
/// which it does to a few milliseconds.
pub fn stopwatch<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let (running, start) = (running(), Instant::now());
    let result = work();
    let elapsed = start.elapsed();
    let ran = match (running, self::running()) {
        (Some(before), Some(after)) if elapsed > LONG => after.saturating_sub(before),
        _ => elapsed,
    };
    (result, ran.min(elapsed).as_secs_f64())
}

/// How long this thread has been running on a processor.
fn running() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = told.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

/// Memory that no cache holds, read so that each load must wait for the last.
#[derive(Debug)]
pub struct Chase {
    /// For each cache line the next one, a cycle through all of them.
    next: Vec<[u32; 16]>,
}

impl Chase {
    /// 256 MiB.
    const LINES: usize = 4 << 20;
    /// Loads of a stretch: short enough that some stretches are left alone.
    const STEPS: usize = 1_000;
    const STRETCHES: usize = 100;

    /// Draws the cycle (Sattolo).
    pub fn new() -> Self {
        let mut random = Random::new(0xc4a5e);
        let mut order: Vec<u32> = (0..Self::LINES as u32).collect();
        for at in (1..order.len()).rev() {
            order.swap(at, random.below(at));
        }
        let next = order.into_iter().map(|next| [next; 16]).collect();
        Self { next }
    }

    /// Nanoseconds of one load, in the least disturbed of some stretches.
    pub fn load(&self) -> f64 {
        let (mut at, mut least) = (0, Duration::MAX);
        for _ in 0..Self::STRETCHES {
            let start = Instant::now();
            for _ in 0..Self::STEPS {
                at = self.next.get(at).map_or(0, |line| line[0] as usize);
            }
            least = least.min(start.elapsed());
        }
        black_box(at);
        nanoseconds(least, Self::STEPS)
    }
}

impl Default for Chase {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Clock, stopwatch};

    #[test]
    fn waiting_is_no_work() {
        let wait = || std::thread::sleep(Duration::from_millis(300));
        let work = || {
            let start = Instant::now();
            while start.elapsed() < Duration::from_millis(300) {
                std::hint::black_box(0);
            }
        };
        let ((), worked) = stopwatch(work);
        assert!((0.0..0.4).contains(&worked), "{worked}");
        if cfg!(target_os = "linux") {
            let ((), waited) = stopwatch(wait);
            assert!(waited < 0.1, "{waited}");
        }
    }

    #[test]
    fn reading_the_clock_costs_little() {
        assert!(Clock::new().overhead.as_micros() < 10);
    }
}
