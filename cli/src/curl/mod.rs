//! Reading a curl command as people paste it: what request it would send.
//!
//! Two steps. [`words`](words::words) splits the text as a POSIX shell does; [`parse`] reads
//! the words as curl does. Options that do not change the request head are
//! passed over, those that would change it in a way that cannot be told from
//! here are noted, and unknown ones are refused: a guess would answer about
//! another request than the one that is sent.

mod encode;
mod options;
mod words;

use std::net::IpAddr;

use fingerpost::RequestProtocol;
use fingerpost::diagnostic::codes::request::INVALID_CURL;
use fingerpost::json::RequestError;

use encode::{base64, urlencode_argument, without_dot_segments};
use options::{Effect, long_option, short_option};
use words::words;

/// The request of a curl command.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct CurlRequest {
    pub(crate) method: String,
    pub(crate) url: String,
    /// What is sent in place of the URL's path and query.
    pub(crate) target: Option<String>,
    /// Names and values, curl's own included. `host` stands among them.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) protocol: Option<RequestProtocol>,
    /// Where `--resolve` leads.
    pub(crate) destination_ip: Option<IpAddr>,
    /// What was passed over though it may matter.
    pub(crate) notes: Vec<String>,
}

/// Reads a command line.
///
/// # Errors
///
/// FP1209 with what is wrong.
pub(crate) fn parse(text: &str) -> Result<CurlRequest, RequestError> {
    let mut curl = Curl::default();
    let words = words(text, &mut curl.notes)?;
    let mut words = words
        .into_iter()
        .skip_while(|word| word == "$" || word == "%")
        .peekable();
    match words.next() {
        Some(name) if is_curl(&name) => {}
        Some(name) => return Err(refuse(format!("the command is '{name}', not curl"))),
        None => return Err(refuse("the command is empty")),
    }
    let mut only_urls = false;
    while let Some(word) = words.next() {
        if only_urls || word == "-" || !word.starts_with('-') {
            curl.urls.push(word);
        } else if word == "--" {
            only_urls = true;
        } else if let Some(long) = word.strip_prefix("--") {
            let (name, inline) = match long.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (long, None),
            };
            let option = long_option(name)
                .ok_or_else(|| refuse(format!("curl option --{name} is not known here")))?;
            let value = match (option.takes_value(), inline) {
                (false, None) => String::new(),
                (false, Some(_)) => {
                    return Err(refuse(format!("curl option --{name} takes no value")));
                }
                (true, Some(value)) => value,
                (true, None) => words
                    .next()
                    .ok_or_else(|| refuse(format!("curl option --{name} lacks its value")))?,
            };
            curl.apply(option, &format!("--{name}"), value)?;
        } else {
            // Short options may be run together: -sSL, -XPOST.
            for (at, letter) in word.char_indices().skip(1) {
                let option = short_option(letter)
                    .ok_or_else(|| refuse(format!("curl option -{letter} is not known here")))?;
                let shown = format!("-{letter}");
                if !option.takes_value() {
                    curl.apply(option, &shown, String::new())?;
                    continue;
                }
                let rest = word.get(at + letter.len_utf8()..).unwrap_or_default();
                let value = if rest.is_empty() {
                    words
                        .next()
                        .ok_or_else(|| refuse(format!("curl option {shown} lacks its value")))?
                } else {
                    rest.to_owned()
                };
                curl.apply(option, &shown, value)?;
                break;
            }
        }
    }
    curl.finish()
}
/// The command as read so far.
#[derive(Default)]
struct Curl {
    urls: Vec<String>,
    method: Option<String>,
    /// `None` as the value takes a header away that curl would send.
    headers: Vec<(String, Option<String>)>,
    /// Headers that options imply, unless `headers` names them.
    implied: Vec<(&'static str, String)>,
    data: Vec<String>,
    has_body: bool,
    head: bool,
    get: bool,
    upload: bool,
    path_as_is: bool,
    target: Option<String>,
    protocol: Option<RequestProtocol>,
    resolve: Vec<String>,
    notes: Vec<String>,
}

impl Curl {
    fn apply(&mut self, option: Effect, shown: &str, value: String) -> Result<(), RequestError> {
        match option {
            Effect::Ignore { .. } => {}
            Effect::Note => self
                .notes
                .push(format!("curl option {shown} is passed over")),
            Effect::Method => self.method = Some(value),
            Effect::Header => self.header(&value)?,
            Effect::Head => self.head = true,
            Effect::Get => self.get = true,
            Effect::Data => self.body("application/x-www-form-urlencoded", value),
            Effect::DataUrlencode => {
                let encoded = urlencode_argument(&value);
                self.body("application/x-www-form-urlencoded", encoded);
            }
            Effect::Json => {
                self.imply("accept", "application/json");
                self.body("application/json", value);
            }
            Effect::Form => self.body("multipart/form-data", String::new()),
            Effect::Upload => self.upload = true,
            Effect::Url => self.urls.push(value),
            Effect::UserAgent if value.is_empty() => {
                self.headers.push(("user-agent".to_owned(), None));
            }
            Effect::UserAgent => self.imply("user-agent", value),
            Effect::Referer => {
                self.imply("referer", value.trim_end_matches(";auto"));
            }
            Effect::Cookie if value.contains('=') => self.imply("cookie", value),
            Effect::Cookie => {
                self.notes
                    .push(format!("the cookies in the file '{value}' are left out"));
            }
            Effect::User => {
                let encoded = base64(value.as_bytes());
                self.imply("authorization", format!("Basic {encoded}"));
            }
            Effect::Bearer => self.imply("authorization", format!("Bearer {value}")),
            Effect::Range => self.imply("range", format!("bytes={value}")),
            Effect::Compressed => self.imply("accept-encoding", "deflate, gzip, br, zstd"),
            Effect::Http1 => self.protocol = Some(RequestProtocol::Http1),
            Effect::Http2 => self.protocol = Some(RequestProtocol::Http2),
            Effect::Http3 => self.protocol = Some(RequestProtocol::Http3),
            Effect::Resolve => self.resolve.push(value),
            Effect::PathAsIs => self.path_as_is = true,
            Effect::RequestTarget => self.target = Some(value),
        }
        Ok(())
    }

    /// `Name: value`; `Name:` takes away what curl would send; `Name;` sends an
    /// empty value.
    fn header(&mut self, text: &str) -> Result<(), RequestError> {
        if let Some(file) = text.strip_prefix('@') {
            self.notes
                .push(format!("the headers in the file '{file}' are left out"));
            return Ok(());
        }
        if let Some((name, value)) = text.split_once(':') {
            let value = value.trim_matches([' ', '\t']);
            let value = Some(value.to_owned()).filter(|value| !value.is_empty());
            self.headers.push((name.to_owned(), value));
        } else if let Some(name) = text.strip_suffix(';') {
            self.headers.push((name.to_owned(), Some(String::new())));
        } else {
            return Err(refuse(format!(
                "'{text}' is not a header: write 'name: value'"
            )));
        }
        Ok(())
    }

    fn imply(&mut self, name: &'static str, value: impl Into<String>) {
        let value = value.into();
        match self.implied.iter_mut().find(|(taken, _)| *taken == name) {
            // curl joins cookies, and of everything else the last one counts.
            Some((_, old)) if name == "cookie" => *old = format!("{old};{value}"),
            Some((_, old)) => *old = value,
            None => self.implied.push((name, value)),
        }
    }

    fn body(&mut self, content_type: &'static str, data: String) {
        if !self.implied.iter().any(|(name, _)| *name == "content-type") {
            self.imply("content-type", content_type);
        }
        self.has_body = true;
        self.data.push(data);
    }

    fn finish(mut self) -> Result<CurlRequest, RequestError> {
        let mut urls = std::mem::take(&mut self.urls).into_iter();
        let Some(url) = urls.next() else {
            return Err(refuse("the command names no URL"));
        };
        if urls.next().is_some() {
            return Err(refuse(
                "the command names more than one URL: explain one at a time",
            ));
        }
        // curl guesses http where a URL has no scheme.
        let mut url = if url.contains("://") {
            url
        } else {
            format!("http://{url}")
        };
        if self.get {
            let query = self.data.join("&");
            if !query.is_empty() {
                let (head, fragment) = url.split_once('#').unwrap_or((url.as_str(), ""));
                let joint = if head.contains('?') { '&' } else { '?' };
                url = format!("{head}{joint}{query}#{fragment}")
                    .trim_end_matches('#')
                    .to_owned();
            }
            self.has_body = false;
            self.implied.retain(|(name, _)| *name != "content-type");
        }
        if !self.path_as_is {
            url = without_dot_segments(&url);
        }
        let default = match self {
            Self { head: true, .. } => "HEAD",
            Self { upload: true, .. } => "PUT",
            Self { has_body: true, .. } => "POST",
            _ => "GET",
        };
        let method = self.method.take().unwrap_or_else(|| default.to_owned());
        let destination_ip = self.resolved(&url);
        self.imply_default("user-agent", "curl");
        self.imply_default("accept", "*/*");
        let Self {
            headers,
            implied,
            protocol,
            target,
            notes,
            ..
        } = self;
        let named = |name: &str| {
            headers
                .iter()
                .any(|(taken, _)| taken.eq_ignore_ascii_case(name))
        };
        let headers = implied
            .into_iter()
            .filter(|(name, _)| !named(name))
            .map(|(name, value)| (name.to_owned(), value))
            .chain(headers.iter().filter_map(|(name, value)| {
                value
                    .as_ref()
                    .map(|value| (name.to_ascii_lowercase(), value.clone()))
            }))
            .collect();
        Ok(CurlRequest {
            method,
            url,
            target,
            headers,
            protocol,
            destination_ip,
            notes,
        })
    }

    /// What curl sends unless told otherwise.
    fn imply_default(&mut self, name: &'static str, value: &str) {
        if !self.implied.iter().any(|(taken, _)| *taken == name) {
            self.imply(name, value);
        }
    }

    /// The address that a `--resolve host:port:address` gives the URL's host.
    fn resolved(&mut self, url: &str) -> Option<IpAddr> {
        let target = crate::url::parse(url).ok()?;
        let port = target
            .port
            .or(target.scheme.map(|scheme| scheme.default_port()))?;
        let host = target.host.as_deref()?;
        self.resolve.iter().rev().find_map(|entry| {
            let mut parts = entry.trim_start_matches(['+', '-']).splitn(3, ':');
            let (name, number, addresses) = (parts.next()?, parts.next()?, parts.next()?);
            let first = addresses.split(',').next()?;
            let hit = name == "*" || name.eq_ignore_ascii_case(host);
            let hit = hit && number.parse() == Ok(port);
            if hit {
                first.trim_matches(['[', ']']).parse().ok()
            } else {
                None
            }
        })
    }
}

fn is_curl(word: &str) -> bool {
    let name = word.rsplit(['/', '\\']).next().unwrap_or_default();
    matches!(name, "curl" | "curl.exe")
}

fn refuse(message: impl Into<String>) -> RequestError {
    RequestError::at(INVALID_CURL, "curl", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curl(text: &str) -> CurlRequest {
        parse(text).unwrap()
    }

    fn error(text: &str) -> String {
        parse(text).unwrap_err().message().to_owned()
    }

    fn header<'r>(request: &'r CurlRequest, name: &str) -> Vec<&'r str> {
        let hits = request.headers.iter().filter(|(taken, _)| taken == name);
        hits.map(|(_, value)| value.as_str()).collect()
    }

    #[test]
    fn a_plain_command_is_a_get_with_curls_own_headers() {
        let request = curl("$ curl -sS shop.example/cart");
        assert_eq!(
            (request.method.as_str(), request.url.as_str()),
            ("GET", "http://shop.example/cart")
        );
        assert_eq!(header(&request, "accept"), ["*/*"]);
        assert_eq!(header(&request, "user-agent"), ["curl"]);
    }

    #[test]
    fn what_a_browser_copies_is_read() {
        let request = curl(
            "curl 'https://shop.example/a?b=c' \\\n  -X 'PUT' \\\r\n  -H 'Accept: text/html' \\\n  \
             -b 'a=1; b=2' -H $'x-t: it\\'s \\u00e9' --data-raw '{\"k\":1}' --compressed ;",
        );
        assert_eq!(
            (request.method.as_str(), request.url.as_str()),
            ("PUT", "https://shop.example/a?b=c")
        );
        assert_eq!(header(&request, "accept"), ["text/html"]);
        assert_eq!(header(&request, "cookie"), ["a=1; b=2"]);
        assert_eq!(header(&request, "x-t"), ["it's \u{e9}"]);
        assert_eq!(
            header(&request, "content-type"),
            ["application/x-www-form-urlencoded"]
        );
        assert!(request.notes.is_empty(), "{:?}", request.notes);
    }

    #[test]
    fn the_method_follows_from_the_options() {
        let method = |text: &str| curl(text).method;
        assert_eq!(method("curl -I http://a/"), "HEAD");
        assert_eq!(method("curl -d x http://a/"), "POST");
        assert_eq!(method("curl -dx -XPATCH http://a/"), "PATCH");
        assert_eq!(method("curl -T f http://a/"), "PUT");
        assert_eq!(method("curl -F a=b http://a/"), "POST");
        assert_eq!(method("curl --request=DELETE http://a/"), "DELETE");
    }

    #[test]
    fn get_puts_the_data_into_the_query() {
        let request = curl("curl -G http://a/x?y=1 -d q=1 --data-urlencode 'z=a b&c'");
        assert_eq!(
            (request.method.as_str(), request.url.as_str()),
            ("GET", "http://a/x?y=1&q=1&z=a+b%26c")
        );
        assert!(header(&request, "content-type").is_empty());
    }

    #[test]
    fn headers_are_added_emptied_and_taken_away() {
        let request =
            curl("curl http://a/ -H 'X-A: 1' -H 'x-a:2' -H 'Accept:' -H 'X-Empty;' -A ''");
        assert_eq!(header(&request, "x-a"), ["1", "2"]);
        assert!(header(&request, "accept").is_empty());
        assert!(header(&request, "user-agent").is_empty());
        assert_eq!(header(&request, "x-empty"), [""]);
    }

    #[test]
    fn credentials_become_an_authorization_header() {
        assert_eq!(
            header(&curl("curl -u user:pass http://a/"), "authorization"),
            ["Basic dXNlcjpwYXNz"]
        );
        assert_eq!(base64(b"a"), "YQ==");
        assert_eq!(base64(b"ab"), "YWI=");
        assert_eq!(base64(b""), "");
    }

    #[test]
    fn the_version_asked_for_is_the_protocol() {
        let protocol = |command: &str| parse(command).unwrap().protocol;
        assert_eq!(protocol("curl http://a/"), None);
        assert_eq!(
            protocol("curl --http2 http://a/"),
            Some(RequestProtocol::Http2)
        );
        assert_eq!(
            protocol("curl --http3-only https://a/"),
            Some(RequestProtocol::Http3)
        );
    }

    #[test]
    fn resolve_gives_the_destination_address() {
        let ip = |text: &str| curl(text).destination_ip.map(|ip| ip.to_string());
        assert_eq!(
            ip("curl --resolve a:443:10.0.0.1 https://a/").as_deref(),
            Some("10.0.0.1")
        );
        assert_eq!(
            ip("curl --resolve 'a:80:[::1]' http://a/").as_deref(),
            Some("::1")
        );
        assert_eq!(ip("curl --resolve b:80:10.0.0.1 http://a/"), None);
        assert_eq!(ip("curl --resolve a:81:10.0.0.1 http://a/"), None);
    }

    #[test]
    fn curl_resolves_dot_segments_unless_told_not_to() {
        assert_eq!(
            curl("curl http://a/b/../c/./d?e=/../f").url,
            "http://a/c/d?e=/../f"
        );
        assert_eq!(curl("curl http://a/../../b/..").url, "http://a/");
        assert_eq!(
            curl("curl --path-as-is http://a/b/../c").url,
            "http://a/b/../c"
        );
        assert_eq!(
            curl("curl --request-target '*' http://a/b")
                .target
                .as_deref(),
            Some("*")
        );
    }

    #[test]
    fn words_split_as_a_shell_splits_them() {
        let split = |text: &str| words(text, &mut Vec::new()).unwrap();
        assert_eq!(
            split(r#"a 'b c' "d \"e\" $" f\ g ''"#),
            ["a", "b c", "d \"e\" $", "f g", ""]
        );
        assert_eq!(split("a\\\nb # c\nd"), ["ab", "d"]);
        assert_eq!(split("a#b 'x'y\"z\""), ["a#b", "xyz"]);
        let mut notes = Vec::new();
        assert_eq!(words("a b | jq .", &mut notes).unwrap(), ["a", "b"]);
        assert_eq!(notes.len(), 1);
    }

    #[test]
    fn what_cannot_be_told_is_refused_or_noted() {
        assert!(error("curl http://$HOST/").contains("write the value"));
        assert!(error("curl \"http://${HOST}/\"").contains("write the value"));
        assert!(error("curl 'http://a/").contains("not closed"));
        assert!(error("curl \"http://a/").contains("not closed"));
        assert!(error("curl $'a").contains("not closed"));
        assert!(error("curl $'\\xff'").contains("cannot be read"));
        assert!(error("curl").contains("no URL"));
        assert!(error("").contains("empty"));
        assert!(error("wget http://a").contains("'wget'"));
        assert!(error("curl --frob http://a").contains("--frob"));
        assert!(error("curl -P http://a").contains("-P"));
        assert!(error("curl http://a http://b").contains("more than one"));
        assert!(error("curl -H").contains("lacks its value"));
        assert!(error("curl -H x http://a").contains("name: value"));
        assert!(error("curl --silent=1 http://a").contains("takes no value"));
        assert_eq!(curl("curl -x http://proxy http://a/").notes.len(), 1);
        assert_eq!(curl("curl http://a/ -b jar.txt").notes.len(), 1);
    }

    proptest::proptest! {
        #[test]
        fn no_command_breaks_the_reader(
            text in "(curl )?[-a-zA-Z0-9'\"$`\\\\ \n:/.?#&|;@=\\[\\]{}\u{e9}\u{1f600}]{0,80}",
            options in proptest::collection::vec(
                "(-[a-zA-Z0-9#]{1,3}|--(url|json|get|data|resolve|user|request-target)|https?://[a:./?#\u{e9}]{0,12})",
                0..6,
            ),
        ) {
            let _ = parse(&text);
            if let Ok(request) = parse(&format!("curl {}", options.join(" "))) {
                let _ = crate::url::parse(&request.url);
            }
        }
    }
}
