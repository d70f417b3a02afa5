//! How a client can spell what it asks for.

use super::words::{PARAMETERS, VALUES};

/// The target as a client could spell it: mostly plainly.
pub(super) fn target(path: &str, query: &[(String, String)], choices: &mut Choices<'_>) -> String {
    let mut path = path.to_string();
    match choices.below(32) {
        0 => path = path.replacen('a', "%61", 1),
        1 => path = format!("/x/..{path}"),
        2 => path = format!("/.{path}"),
        3 => path = path.replacen('/', "//", 1),
        4 => path.push_str("/."),
        5 => path = path.replacen("/b", "//b", 1),
        6 => path.push_str(choices.of(&["%2f", "%2F", "%5c", "%5C"])),
        7 => path.push_str(choices.of(&["#", "#a?b", "#/../x"])),
        8 if choices.rarely(3) => path.push_str("%6%31"),
        9 if choices.rarely(3) => path = path.trim_start_matches('/').to_string(),
        10 => path.push_str("/../"),
        11 => path.push_str(choices.of(&[";", ";x=1", ";x/..", "/;x"])),
        12 => path = path.replacen("/b", "\\b", 1),
        13 => path = path.replacen("/b", choices.of(&["%2fb", "%2Fb", "%5Cb"]), 1),
        14 => path.push_str(choices.of(&["%", "%2", "%zz", "%2%66", "%%32f"])),
        15 => path = path.to_ascii_uppercase(),
        16 => path = format!("/x;y=z/..;a{path}"),
        17 => path = format!("/x\\..{path}"),
        18 if choices.rarely(3) => path = format!("http://a.test{path}"),
        19 => path = path.replacen('/', "/%2e%2E/", 1),
        _ => {}
    }
    let mut query: Vec<_> = query.to_vec();
    if choices.rarely(4) {
        let pair = (
            choices.of(PARAMETERS).to_string(),
            choices.of(VALUES).to_string(),
        );
        let at = choices.below(query.len() as u32 + 1) as usize;
        query.insert(at, pair);
    }
    for (nth, (name, value)) in query.iter().enumerate() {
        path.push(if nth == 0 { '?' } else { '&' });
        if choices.rarely(12) {
            path.push('&');
        }
        let spell = |text: &str| text.replace(' ', "%20");
        path.push_str(&match choices.below(8) {
            0 => spell(name).replace('q', "%71"),
            _ => spell(name),
        });
        if !value.is_empty() || choices.rarely(2) {
            path.push('=');
            path.push_str(&match choices.below(6) {
                0 => spell(value).replace('a', "%61"),
                1 => spell(value).replace(',', "%2C"),
                _ => spell(value),
            });
        }
    }
    match choices.below(24) {
        0 if query.is_empty() => path.push('?'),
        1 if !query.is_empty() => path.push('&'),
        2 => path.push_str("#f"),
        _ => {}
    }
    path
}

pub(super) fn authority(host: &str, choices: &mut Choices<'_>) -> Option<String> {
    Some(match choices.below(20) {
        0 => return None,
        1 => host.to_ascii_uppercase(),
        2 => format!("{host}."),
        3 => format!("{host}:8080"),
        4 => format!("{host}.:443"),
        5 if choices.rarely(3) => format!("{host}.."),
        6 if choices.rarely(3) => format!("{host}:x"),
        7 if choices.rarely(3) => format!("u@{host}"),
        8 => "[::1]:80".into(),
        9 => format!("{host}:80"),
        10 => format!("{host}:"),
        11 if choices.rarely(3) => "192.0.2.1".into(),
        _ => host.into(),
    })
}

/// A finite list of numbers to choose by; at its end, always the first choice.
pub(super) struct Choices<'a>(pub(super) std::slice::Iter<'a, u32>);

impl Choices<'_> {
    pub(super) fn below(&mut self, count: u32) -> u32 {
        self.0.next().map_or(0, |choice| choice % count.max(1))
    }

    /// Once in `times`, and never at the end of the list.
    pub(super) fn rarely(&mut self, times: u32) -> bool {
        self.below(times) == times - 1
    }

    pub(super) fn pick<'t, T>(&mut self, items: &'t [T]) -> Option<&'t T> {
        let index = self.below(items.len() as u32);
        items.get(index as usize)
    }

    pub(super) fn of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        self.pick(texts).copied().unwrap_or_default()
    }
}
