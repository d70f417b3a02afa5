//! Growth curves as SVG: nanoseconds of a match over the number of rules, both axes
//! logarithmic.
//!
//! Hand-written, since a picture of a few lines needs no library. Colours stand out on
//! white and on dark ground; every line is labelled where it ends, so that nothing is
//! told by colour alone.

use std::fmt::Write;

use super::record::{Contest, Record};
use super::tables::thousands;

/// Contests with several sizes, and the mix that is drawn.
const DRAWN: &[(&str, &str)] = &[
    ("microservice", "uniform"),
    ("full", "uniform"),
    ("busy-host", "uniform"),
    ("tenants", "uniform"),
    ("adversarial", "worst"),
];

/// What is drawn is within these, in pixels.
const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 610.0;
const TOP: f64 = 30.0;
const BOTTOM: f64 = 370.0;
/// Labels are this far apart at least.
const APART: f64 = 15.0;

const COLOURS: &[&str] = &[
    "#d1495b", "#3b7dd8", "#2e9e6b", "#b8860b", "#8e5bd0", "#d2691e", "#1aa3a3", "#808080",
];

/// Whether a contest has a picture.
pub(super) fn is_drawn(name: &str) -> bool {
    DRAWN.iter().any(|(drawn, _)| *drawn == name)
}

/// A picture for each contest that has several sizes: its name, and the text of it.
pub(super) fn all(record: &Record) -> Vec<(&'static str, String)> {
    let drawn = DRAWN.iter().filter_map(|(name, mix)| {
        let picture = draw(record.contest(name)?, name, mix)?;
        Some((*name, picture))
    });
    drawn.collect()
}

/// One engine's points: logarithms of size and time.
struct Line<'c> {
    engine: &'c str,
    points: Vec<(f64, f64)>,
}

fn draw(contest: &Contest, name: &str, mix: &str) -> Option<String> {
    let sizes = contest.sizes();
    let lines = contest.engines.iter().map(|engine| {
        let points = sizes.iter().filter_map(|&size| {
            let ns = contest.ns(size, mix, engine)?;
            Some(((size as f64).log10(), ns.max(1.0).log10()))
        });
        Line {
            engine,
            points: points.collect(),
        }
    });
    let lines: Vec<Line<'_>> = lines.filter(|line| line.points.len() > 1).collect();
    let points = || lines.iter().flat_map(|line| &line.points);
    let (first, last) = (*sizes.first()?, *sizes.last()?);
    let (low, high) = points().fold((f64::INFINITY, 0.0_f64), |(low, high), (_, y)| {
        (low.min(y.floor()), high.max(y.ceil()))
    });
    if !low.is_finite() || first == last {
        return None;
    }
    let (from, to) = ((first as f64).log10(), (last as f64).log10());
    let x = |value: f64| LEFT + (value - from) / (to - from) * (RIGHT - LEFT);
    let y = |value: f64| BOTTOM - (value - low) / (high - low).max(1.0) * (BOTTOM - TOP);

    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"12\" role=\"img\">\n\
         <title>{name}: nanoseconds of a match over rules, mix {mix}</title>\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>\n"
    );
    for power in low as i32..=high as i32 {
        let at = y(f64::from(power));
        let label = duration(power);
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "<path d=\"M{LEFT} {at:.1}H{RIGHT}\" stroke=\"#dddddd\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\" fill=\"#444444\">{label}</text>",
            LEFT - 8.0,
            at + 4.0
        );
    }
    for &size in &sizes {
        let at = x((size as f64).log10());
        let _ = writeln!(
            text,
            "<path d=\"M{at:.1} {TOP}V{BOTTOM}\" stroke=\"#eeeeee\"/>\
             <text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#444444\">{}</text>",
            BOTTOM + 18.0,
            thousands(size)
        );
    }
    let _ = writeln!(
        text,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#444444\">rules</text>",
        (LEFT + RIGHT) / 2.0,
        BOTTOM + 38.0
    );

    let mut labels: Vec<(f64, usize)> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let colour = COLOURS[at % COLOURS.len()];
        let width = if at == 0 { 3.0 } else { 1.5 };
        let mut path = String::new();
        for (number, point) in line.points.iter().enumerate() {
            let command = if number == 0 { 'M' } else { 'L' };
            let _ = write!(path, "{command}{:.1} {:.1}", x(point.0), y(point.1));
        }
        let _ = writeln!(
            text,
            "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\"/>"
        );
        if let Some(end) = line.points.last() {
            labels.push((y(end.1), at));
        }
    }
    labels.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut last_label = f64::NEG_INFINITY;
    for (at, line) in labels {
        let label = at.max(last_label + APART);
        last_label = label;
        let line = (&lines[line], COLOURS[line % COLOURS.len()]);
        let end = line.0.points.last().map_or(RIGHT, |end| x(end.0));
        let _ = writeln!(
            text,
            "<path d=\"M{:.1} {at:.1}L{:.1} {label:.1}\" stroke=\"{}\" stroke-width=\"0.5\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" fill=\"{}\">{}</text>",
            end,
            RIGHT + 12.0,
            line.1,
            RIGHT + 16.0,
            label + 4.0,
            line.1,
            line.0.engine
        );
    }
    text.push_str("</svg>\n");
    Some(text)
}

/// A power of ten nanoseconds.
fn duration(power: i32) -> String {
    let (number, unit) = match power {
        ..3 => (power, "ns"),
        3..6 => (power - 3, "µs"),
        6..9 => (power - 6, "ms"),
        _ => (power - 9, "s"),
    };
    format!("{} {unit}", 10_u64.pow(number.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn powers_of_ten_are_named() {
        assert_eq!(duration(0), "1 ns");
        assert_eq!(duration(4), "10 µs");
        assert_eq!(duration(6), "1 ms");
    }
}
