//! Commands and their answers, as documents show them.
//!
//! A fenced block marked `console` is a promise: each line that begins with `$ `
//! is a command, typed at the root of a clone, and the lines up to the next one
//! are what it prints, standard error included. A backslash at the end of a
//! command carries on in the next line. A line `...` in an answer stands for any
//! number of lines. A command ends with status 0 unless the next command is
//! `echo $?`, whose answer then says what it ended with.
//!
//! Commands that are not to be run for a test (installing, cloning, the test
//! run itself) stand in blocks marked `sh`.

/// A command in a document.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Shown {
    /// Where it stands, from 1.
    pub(crate) line: usize,
    /// What is typed.
    pub(crate) command: String,
    /// What is answered, a line each, without trailing blanks.
    pub(crate) answer: Vec<String>,
}

impl Shown {
    /// Whether this asks for the status of the command before.
    pub(crate) fn asks_for_status(&self) -> bool {
        self.command == "echo $?"
    }

    /// Whether these lines are the answer that is shown.
    pub(crate) fn answers(&self, printed: &str) -> bool {
        let printed: Vec<&str> = printed.trim_end().lines().map(str::trim_end).collect();
        let shown: Vec<&str> = self.answer.iter().map(String::as_str).collect();
        fits(&shown, &printed)
    }
}

/// Every command of a Markdown text.
pub(crate) fn commands(markdown: &str) -> Vec<Shown> {
    let mut found: Vec<Shown> = Vec::new();
    let mut inside = false;
    let mut continued = false;
    for (at, line) in markdown.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            inside = !inside && line.trim_start() == "```console";
            continued = false;
            continue;
        }
        if !inside {
            continue;
        }
        let line = line.trim_end();
        if continued {
            if let Some(last) = found.last_mut() {
                last.command.push_str(line.trim_start());
                continued = take_backslash(&mut last.command);
            }
        } else if let Some(command) = line.strip_prefix("$ ") {
            let mut shown = Shown {
                line: at + 1,
                command: command.to_string(),
                answer: Vec::new(),
            };
            continued = take_backslash(&mut shown.command);
            found.push(shown);
        } else if let Some(last) = found.last_mut() {
            last.answer.push(line.to_string());
        }
    }
    for shown in &mut found {
        while shown.answer.last().is_some_and(String::is_empty) {
            shown.answer.pop();
        }
    }
    found
}

/// Takes a backslash off the end; whether there was one.
fn take_backslash(command: &mut String) -> bool {
    let had = command.ends_with('\\');
    if had {
        command.pop();
    }
    had
}

/// Whether `printed` is `shown`, where a shown `...` stands for any lines.
fn fits(shown: &[&str], printed: &[&str]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((&"...", rest)) => (0..=printed.len()).any(|from| fits(rest, &printed[from..])),
        Some((line, rest)) => printed
            .split_first()
            .is_some_and(|(first, tail)| first == line && fits(rest, tail)),
    }
}

#[cfg(test)]
mod tests {
    use super::commands;

    const TEXT: &str = "\
Words.

```sh
$ not run
```

```console
$ one \\
    -H 'a: b'
answer

second
$ echo $?
1

```
";

    #[test]
    fn only_console_blocks_are_promises() {
        let found = commands(TEXT);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].line, 8);
        assert_eq!(found[0].command, "one -H 'a: b'");
        assert_eq!(found[0].answer, ["answer", "", "second"]);
        assert!(found[1].asks_for_status());
        assert_eq!(found[1].answer, ["1"]);
    }

    #[test]
    fn an_answer_is_compared_line_by_line() {
        let shown = &commands(TEXT)[0];
        assert!(shown.answers("answer\n\nsecond  \n"));
        assert!(!shown.answers("answer\nsecond\n"));
        assert!(!shown.answers("answer\n\nsecond\nthird\n"));
    }

    #[test]
    fn three_dots_stand_for_any_lines() {
        let shown = &commands("```console\n$ x\nfirst\n...\nlast\n```\n")[0];
        assert!(shown.answers("first\nlast\n"));
        assert!(shown.answers("first\na\nb\nlast\n"));
        assert!(!shown.answers("first\na\n"));
    }
}
