//! The stream of requests: one JSON object a line in, one line out, in order.
//!
//! Memory does not grow with the number of requests: one line, one request and
//! one answer are held at a time, in buffers that are reused. A line over the
//! limit is read past without being held. Blank lines are passed over and
//! answered with nothing, so that a trailing newline does no harm; they count as
//! lines where an error names one.
//!
//! Output is flushed whenever no input is waiting, so that a program that writes
//! one request and waits for its answer gets it.

use std::io::{self, BufRead, BufReader, Read, Write};

use fingerpost::diagnostic::codes::request::LIMIT;
use fingerpost::json::{RequestError, RequestJson};

use crate::failure::Failure;

/// Longest line taken, in bytes.
pub(crate) const MAX_LINE: usize = 4 << 20;

/// What answers requests.
pub(crate) trait Answer {
    /// Writes the answer, without a newline, to an empty `out`.
    fn answer(&mut self, request: &RequestJson, out: &mut String) -> Result<(), RequestError>;
}

/// Answers every line of `input`, which errors call `name`. Gives the number of
/// lines that were bad.
///
/// # Errors
///
/// Input or output that fails.
pub(crate) fn stream(
    name: &str,
    input: impl Read,
    mut output: impl Write,
    answers: &mut impl Answer,
) -> Result<u64, Failure> {
    let mut input = BufReader::with_capacity(1 << 16, input);
    let mut line = Vec::new();
    let mut out = String::new();
    let mut request = RequestJson::new();
    let mut bad = 0;
    let mut number = 0;
    loop {
        if input.buffer().is_empty() {
            output.flush()?;
        }
        let fits = match next_line(&mut input, &mut line)
            .map_err(|error| Failure::unreadable_for(name, error))?
        {
            Line::End => break,
            Line::Whole => true,
            Line::TooLong => false,
        };
        number += 1;
        let text = match number {
            1 => line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line),
            _ => &line,
        };
        if fits && text.trim_ascii().is_empty() {
            continue;
        }
        out.clear();
        let answered = if fits {
            // Without its newline, so that a column is one of this line.
            request
                .parse(text.trim_ascii_end())
                .and_then(|()| answers.answer(&request, &mut out))
        } else {
            Err(RequestError::new(
                LIMIT,
                format!("the line is longer than {MAX_LINE} bytes"),
            ))
        };
        if let Err(error) = answered {
            bad += 1;
            out = error.with_line(number).to_json();
        }
        out.push('\n');
        output.write_all(out.as_bytes())?;
    }
    output.flush()?;
    Ok(bad)
}

enum Line {
    /// A line, its newline included.
    Whole,
    /// A line over the limit; nothing of it is held.
    TooLong,
    /// There is no further line.
    End,
}

fn next_line(input: &mut BufReader<impl Read>, line: &mut Vec<u8>) -> io::Result<Line> {
    line.clear();
    let read = input
        .by_ref()
        .take(MAX_LINE as u64 + 1)
        .read_until(b'\n', line)?;
    if read == 0 {
        return Ok(Line::End);
    }
    if read <= MAX_LINE || line.ends_with(b"\n") {
        return Ok(Line::Whole);
    }
    line.clear();
    input.skip_until(b'\n')?;
    Ok(Line::TooLong)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers with the path; refuses `/bad`.
    struct Echo;

    impl Answer for Echo {
        fn answer(&mut self, request: &RequestJson, out: &mut String) -> Result<(), RequestError> {
            if request.path() == b"/bad" {
                return Err(RequestError::at(LIMIT, "path", "bad"));
            }
            out.push_str(&String::from_utf8_lossy(request.path()));
            Ok(())
        }
    }

    fn run(input: &[u8]) -> (u64, String) {
        let mut out = Vec::new();
        let bad = stream("<test>", input, &mut out, &mut Echo).unwrap();
        (bad, String::from_utf8(out).unwrap())
    }

    #[test]
    fn lines_are_answered_in_order_and_blank_ones_passed_over() {
        let input = b"{\"path\":\"/1\"}\n\n  \r\n{\"path\":\"/2\"}\r\n{\"path\":\"/3\"}";
        assert_eq!(run(input), (0, "/1\n/2\n/3\n".to_owned()));
        assert_eq!(run(b""), (0, String::new()));
    }

    #[test]
    fn a_bad_line_is_answered_in_its_place_and_counted() {
        let (bad, out) = run(b"{\"path\":\"/1\"}\nnope\n{\"path\":\"/bad\"}\n{\"path\":\"/2\"}\n");
        let lines: Vec<_> = out.lines().collect();
        assert_eq!(bad, 2);
        assert_eq!(lines[0], "/1");
        assert!(
            lines[1].starts_with("{\"error\":{\"code\":\"FP1202\""),
            "{out}"
        );
        assert_eq!(
            lines[2],
            "{\"error\":{\"code\":\"FP1207\",\"message\":\"bad\",\"field\":\"path\",\"line\":3}}"
        );
        assert_eq!(lines[3], "/2");
    }

    #[test]
    fn an_error_names_its_line_and_the_column_where_reading_stopped() {
        let (_, out) = run(b"\n{\"path\":\"/1\"}\n\n{\"path\":7}\n{\"path\"\n");
        let lines: Vec<_> = out.lines().collect();
        assert!(
            lines[1].ends_with("\"field\":\"path\",\"line\":4,\"column\":9}}"),
            "{out}"
        );
        assert!(lines[2].contains("\"line\":5,\"column\":"), "{out}");
        assert!(!out.contains("at line"), "{out}");
    }

    #[test]
    fn a_line_over_the_limit_costs_itself_only() {
        let mut input = vec![b'x'; MAX_LINE + 1];
        input.extend_from_slice(b"\n{\"path\":\"/2\"}\n");
        let (bad, out) = run(&input);
        assert_eq!(bad, 1);
        assert!(out.contains("FP1207") && out.ends_with("\n/2\n"), "{out}");
        // The longest line that fits is read as one.
        let mut input = b"{\"path\":\"/1\"}".to_vec();
        input.resize(MAX_LINE, b' ');
        input.push(b'\n');
        assert_eq!(run(&input), (0, "/1\n".to_owned()));
    }

    #[test]
    fn a_byte_order_mark_is_not_part_of_the_first_line() {
        assert_eq!(
            run(b"\xef\xbb\xbf{\"path\":\"/1\"}\n"),
            (0, "/1\n".to_owned())
        );
    }

    #[test]
    fn an_answer_is_flushed_before_more_input_is_awaited() {
        use std::cell::Cell;
        use std::rc::Rc;

        /// Counts what has been flushed, and checks it when asked for more.
        struct In(Rc<Cell<usize>>, usize);
        struct Out(Rc<Cell<usize>>, usize);
        impl Read for In {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                assert_eq!(self.0.get(), self.1, "lines flushed before the next read");
                if self.1 == 3 {
                    return Ok(0);
                }
                self.1 += 1;
                let line = b"{\"path\":\"/\"}\n";
                buffer[..line.len()].copy_from_slice(line);
                Ok(line.len())
            }
        }
        impl Write for Out {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.1 += bytes.iter().filter(|byte| **byte == b'\n').count();
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                self.0.set(self.1);
                Ok(())
            }
        }
        let flushed = Rc::new(Cell::new(0));
        stream("<test>", In(flushed.clone(), 0), Out(flushed, 0), &mut Echo).unwrap();
    }
}
