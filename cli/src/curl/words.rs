//! Splitting a command line into words, as a POSIX shell does.

use fingerpost::json::RequestError;

use super::refuse;

/// Splits a command line as a POSIX shell does, `$'…'` included. What follows an
/// unquoted `|`, `;`, `&`, `<` or `>` is not part of the command and is dropped with
/// a note. Expansions (`$HOME`, backquotes) are refused: their value is not known.
pub(super) fn words(text: &str, notes: &mut Vec<String>) -> Result<Vec<String>, RequestError> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' | '\r' | '\n' => words.extend(word.take()),
            '\\' => match chars.next() {
                // A line is continued; pasted from Windows editors, with CR.
                Some('\n') => {}
                Some('\r') if chars.peek() == Some(&'\n') => {
                    chars.next();
                }
                Some(c) => word.get_or_insert_default().push(c),
                None => {}
            },
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        Some('\'') => break,
                        Some(c) => word.push(c),
                        None => return Err(refuse("a ' is not closed")),
                    }
                }
            }
            '"' => double_quoted(&mut chars, word.get_or_insert_default())?,
            '$' if chars.peek() == Some(&'\'') => {
                chars.next();
                ansi_quoted(&mut chars, word.get_or_insert_default())?;
            }
            '$' if chars.peek().is_some_and(|c| expands(*c)) => return Err(expansion()),
            '`' => return Err(expansion()),
            '|' | ';' | '&' | '<' | '>' => {
                let rest: String = chars.collect();
                if !rest.trim().is_empty() {
                    notes.push(format!("what follows the '{c}' is not part of the command"));
                }
                break;
            }
            '#' if word.is_none() => {
                // A comment, up to the end of the line.
                for c in chars.by_ref() {
                    if c == '\n' {
                        break;
                    }
                }
            }
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

type Chars<'t> = std::iter::Peekable<std::str::Chars<'t>>;

fn double_quoted(chars: &mut Chars<'_>, word: &mut String) -> Result<(), RequestError> {
    loop {
        match chars.next() {
            Some('"') => return Ok(()),
            Some('\\') => match chars.next() {
                Some('\n') => {}
                Some(c @ ('"' | '\\' | '$' | '`')) => word.push(c),
                Some(c) => word.extend(['\\', c]),
                None => {}
            },
            Some('$') if chars.peek().is_some_and(|c| expands(*c)) => return Err(expansion()),
            Some('`') => return Err(expansion()),
            Some(c) => word.push(c),
            None => return Err(refuse("a \" is not closed")),
        }
    }
}

/// `$'…'`, which browsers write when they copy a request as curl.
fn ansi_quoted(chars: &mut Chars<'_>, word: &mut String) -> Result<(), RequestError> {
    loop {
        match chars.next() {
            Some('\'') => return Ok(()),
            Some('\\') => match chars.next() {
                Some('n') => word.push('\n'),
                Some('r') => word.push('\r'),
                Some('t') => word.push('\t'),
                Some(c @ ('\\' | '\'' | '"' | '?')) => word.push(c),
                Some(c @ ('u' | 'U' | 'x')) => {
                    let most = match c {
                        'u' => 4,
                        'U' => 8,
                        _ => 2,
                    };
                    let mut value = 0u32;
                    let mut digits = 0;
                    while digits < most {
                        let Some(digit) = chars.peek().and_then(|c| c.to_digit(16)) else {
                            break;
                        };
                        value = value << 4 | digit;
                        digits += 1;
                        chars.next();
                    }
                    // A lone \x80 to \xff is a byte, and no text.
                    let read = char::from_u32(value).filter(|_| digits > 0);
                    match read.filter(|_| c != 'x' || value < 0x80) {
                        Some(c) => word.push(c),
                        None => return Err(refuse(format!("an escape \\{c} cannot be read"))),
                    }
                }
                Some(c) => return Err(refuse(format!("the escape \\{c} is not known"))),
                None => return Err(refuse("a $' is not closed")),
            },
            Some(c) => word.push(c),
            None => return Err(refuse("a $' is not closed")),
        }
    }
}

/// Whether `$` before this character asks the shell for a value.
fn expands(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '{' | '(' | '?' | '@' | '*' | '$' | '!' | '#')
}

fn expansion() -> RequestError {
    refuse("a shell would put a value in place of '$…' or '`…`': write the value itself")
}
