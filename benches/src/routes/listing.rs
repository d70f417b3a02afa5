//! Listings of public interfaces: one line for each part of a path, indented by what
//! it continues.

/// An operation's path, and the methods it has there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Listed {
    /// A path template.
    pub path: String,
    /// Methods, sorted.
    pub methods: Vec<&'static str>,
}

/// The paths of a listing that have operations, in its order.
pub fn read(text: &'static str) -> Vec<Listed> {
    let mut listed = Vec::new();
    let mut above: Vec<String> = Vec::new();
    for line in text.lines() {
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        let part = line.trim_start_matches(' ');
        above.truncate(line.len() - part.len());
        let mut words = part.split(' ');
        let part = words.next().unwrap_or_default().trim_start_matches('/');
        let path = format!("{}/{part}", above.last().map_or("", String::as_str));
        let methods: Vec<&'static str> = words.collect();
        if !methods.is_empty() {
            listed.push(Listed {
                path: path.clone(),
                methods,
            });
        }
        above.push(path);
    }
    listed
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_line_continues_the_one_above_it() {
        let listed = read("# c\n/ GET\na GET PUT\n {b}/c GET\n  d PUT\ne\n f GET\n");
        let paths: Vec<&str> = listed.iter().map(|one| one.path.as_str()).collect();
        assert_eq!(paths, ["/", "/a", "/a/{b}/c", "/a/{b}/c/d", "/e/f"]);
        assert_eq!(listed[1].methods, ["GET", "PUT"]);
    }
}
