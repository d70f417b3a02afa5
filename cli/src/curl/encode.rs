//! What curl does to texts before it sends them.

/// Takes dot segments out of a URL's path, as curl does before it sends it.
pub(super) fn without_dot_segments(url: &str) -> String {
    let Some(start) = url.find("://").map(|at| at + 3) else {
        return url.to_owned();
    };
    let Some(slash) = url[start..].find(['/', '?', '#']).map(|at| at + start) else {
        return url.to_owned();
    };
    let end = url[slash..]
        .find(['?', '#'])
        .map_or(url.len(), |at| at + slash);
    let (head, path, tail) = (&url[..slash], &url[slash..end], &url[end..]);
    if !path.split('/').any(|segment| matches!(segment, "." | "..")) {
        return url.to_owned();
    }
    // RFC 3986 5.2.4, over whole segments.
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." if last => kept.push(""),
            "." => {}
            ".." => {
                kept.pop();
                if last {
                    kept.push("");
                }
            }
            segment => kept.push(segment),
        }
    }
    format!("{head}/{}{tail}", kept.join("/"))
}

/// `name=content`, `=content` or `content`: the content percent-encoded, a space
/// as `+`.
pub(super) fn urlencode_argument(text: &str) -> String {
    use std::fmt::Write as _;
    let (name, content) = text.split_once('=').unwrap_or(("", text));
    let mut out = String::new();
    if !name.is_empty() {
        out.push_str(name);
        out.push('=');
    }
    for byte in content.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else if byte == b' ' {
            out.push('+');
        } else {
            // Writing to a string does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// RFC 4648, padded.
pub(super) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for index in 0..4 {
            let letter = ALPHABET[(bits >> (18 - 6 * index)) as usize & 63];
            out.push(if index <= chunk.len() {
                char::from(letter)
            } else {
                '='
            });
        }
    }
    out
}
