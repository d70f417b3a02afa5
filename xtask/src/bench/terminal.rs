//! What a run prints: the tables of its contests, the targets, the files it wrote.
//!
//! The tables are those of the document, put into columns. Beside them stands which rows
//! were measured while the machine had other work: those are to be measured again before
//! anything is concluded from them.

use std::fmt::Write;

use super::record::Record;
use super::{tables, targets};

/// The tables of these contests.
pub(super) fn contests(record: &Record, names: &[String]) -> String {
    let mut text = String::new();
    for name in names {
        if let Some(section) = tables::section(record, name, true) {
            text.push_str(&aligned(&section));
            text.push('\n');
        }
    }
    let contests = names.iter().filter_map(|name| record.contest(name));
    if contests.map(|contest| contest.busy_rows()).sum::<usize>() > 0 {
        text.push_str(
            "busy: the median of our passes is far above the least; something else ran meanwhile\n\n",
        );
    }
    text
}

/// The targets that have been measured, those of `now` marked where others are from
/// earlier runs.
pub(super) fn targets(record: &Record, now: &[String]) -> String {
    let all = targets::all(record);
    let is_known = |target: &&targets::Target| target.verdict() != "not measured";
    let targets: Vec<&targets::Target> = all.iter().filter(is_known).collect();
    let has_old = !now.is_empty() && record.contests().any(|(name, _)| !is_in(now, name));
    let mark = |target: &targets::Target| match has_old {
        true if target.is_of(now) => "* ",
        true => "  ",
        false => "",
    };
    let mut rows = String::from("| what | target | measured | |\n|---|---|---|---|\n");
    for target in &targets {
        let (goal, measured) = (target.goal(), target.measured());
        // Writing to a string does not fail.
        let _ = writeln!(
            rows,
            "| {} | {goal} | {measured} | {} |",
            target.what,
            target.verdict()
        );
    }
    let mut text = String::new();
    let marks = std::iter::once(if has_old { "  " } else { "" });
    let marks = marks.chain(targets.iter().map(|target| mark(target)));
    for (mark, line) in marks.zip(aligned(&rows).lines()) {
        let _ = writeln!(text, "{mark}{line}");
    }
    let count = |word: &str| all.iter().filter(|one| one.verdict() == word).count();
    let (met, missed) = (count("met"), count("missed"));
    let _ = write!(text, "\ntargets: {met} met, {missed} missed");
    match count("not measured") {
        0 => text.push('\n'),
        more => {
            let _ = writeln!(text, ", {more} not measured");
        }
    }
    if has_old {
        text.push_str("* measured now; the others are from the record\n");
    }
    text
}

fn is_in(names: &[String], name: &str) -> bool {
    names.iter().any(|known| known == name)
}

/// Text with its tables' cells one below the other, and without the lines that only
/// Markdown needs.
fn aligned(text: &str) -> String {
    let mut out = String::new();
    let lines: Vec<&str> = text.lines().collect();
    let is_row = |line: &str| line.starts_with('|');
    for block in lines.chunk_by(|one, other| is_row(one) == is_row(other)) {
        match block {
            [header, rule, rows @ ..] if is_row(header) => {
                table(&mut out, header, rule, rows);
            }
            _ => {
                for line in block {
                    let line = line.trim_start_matches(['#', ' ']).replace('`', "");
                    let _ = writeln!(out, "{line}");
                }
            }
        }
    }
    out.trim_start().to_string()
}

fn table(out: &mut String, header: &str, rule: &str, rows: &[&str]) {
    let rows: Vec<Vec<&str>> = std::iter::once(&header)
        .chain(rows)
        .map(|row| cells(row))
        .collect();
    let columns: Vec<(usize, bool)> = cells(rule)
        .iter()
        .enumerate()
        .map(|(at, rule)| {
            let texts = rows.iter().filter_map(|row| row.get(at));
            let width = texts.map(|text| text.chars().count()).max();
            (width.unwrap_or(0), rule.ends_with(':'))
        })
        .collect();
    for row in &rows {
        let mut line = String::new();
        for (cell, &(width, is_number)) in row.iter().zip(&columns) {
            let _ = match is_number {
                true => write!(line, "{cell:>width$}  "),
                false => write!(line, "{cell:width$}  "),
            };
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
}

fn cells(row: &str) -> Vec<&str> {
    let row = row.trim().trim_start_matches('|');
    let row = row.strip_suffix('|').unwrap_or(row);
    row.split('|').map(str::trim).collect()
}

#[cfg(test)]
mod tests {
    use super::{aligned, contests, targets};
    use crate::bench::record::Record;

    fn record(contests: &[(&str, &str)]) -> Record {
        let mut record = Record::default();
        for (name, text) in contests {
            record.add(name, text).unwrap();
        }
        record
    }

    const GITHUB: &str = "142\tuniform\tfingerpost\tns\t90\n142\tuniform\tfingerpost\tns-median\t180\n\
                          142\tuniform\tmatchit\tns\t60\n142\thot\tfingerpost\tns\t90\n\
                          142\thot\tmatchit\tns\t60\n";

    #[test]
    fn cells_stand_below_each_other() {
        let text = "### Title (`name`)\n\n| a | number |\n|---|--:|\n| long | 1 |\n| b | 22 |\n";
        let want = "Title (name)\n\na     number\nlong       1\nb         22\n";
        assert_eq!(aligned(text), want);
    }

    #[test]
    fn only_what_was_measured_now_is_marked() {
        let record = record(&[
            ("github", GITHUB),
            ("openapi", "811\t-\tfingerpost\trules-rejected\t0\n"),
        ]);
        let text = targets(&record, &["github".to_string()]);
        let marked = text.lines().filter(|line| line.starts_with("* "));
        let marked: Vec<&str> = marked.collect();
        assert!(
            marked[0].starts_with("* GitHub, 203 operations as 142 paths"),
            "{text}"
        );
        assert_eq!(marked.len(), 2, "a target and what the mark means: {text}");
        assert!(
            text.contains("\n  GitHub's OpenAPI, paths rejected"),
            "{text}"
        );
        // Of a record that is only shown, nothing is marked; nor where all is new.
        assert!(!targets(&record, &[]).contains("* "));
        let all = ["github".to_string(), "openapi".to_string()];
        assert!(!targets(&record, &all).contains("* "));
    }

    #[test]
    fn rows_of_a_busy_machine_are_marked() {
        let text = contests(&record(&[("github", GITHUB)]), &["github".to_string()]);
        let row = |mix: &str| text.lines().find(|line| line.contains(mix)).unwrap();
        assert!(row("uniform").ends_with("busy"), "{text}");
        assert!(!row("hot").ends_with("busy"), "{text}");
        assert!(text.contains("(github)"), "{text}");
    }
}
