//! From the words of the command line to one request.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use fingerpost::RequestProtocol;
use fingerpost::diagnostic::codes::request::INVALID_FIELD;
use fingerpost::json::{RequestError, RequestJson};

use crate::args::RequestArgs;
use crate::curl::{self, CurlRequest};
use crate::failure::Failure;
use crate::url::{self, Target};

/// A request, and what was assumed on the way to it.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) request: RequestJson,
    pub(crate) notes: Vec<String>,
}

/// The files and the request of a command that takes METHOD and URL, or a curl
/// command in their place.
///
/// # Errors
///
/// A word is missing, or something of the request cannot be taken.
pub(crate) fn one(
    words: &[OsString],
    curl: Option<&str>,
    options: &RequestArgs,
) -> Result<(Vec<PathBuf>, Draft), Failure> {
    if let Some(command) = curl {
        if let Some(words) = stray(words) {
            let message = format!("--curl gives the request: leave out METHOD and URL ({words})");
            return Err(Failure::Usage(message));
        }
        let draft = from_curl(curl::parse(command)?, options)?;
        return Ok((paths(words), draft));
    }
    let (files, method, url) = split(words)?;
    Ok((files, from_url(&method, &url, options)?))
}

/// METHOD and URL at the end of words that are files, where they stand there all
/// the same.
pub(crate) fn stray(words: &[OsString]) -> Option<String> {
    let [.., method, url] = words else {
        return None;
    };
    let is_stray = is_method(method) && !Path::new(method).exists() && !Path::new(url).is_file();
    is_stray.then(|| format!("{} {}", method.to_string_lossy(), url.to_string_lossy()))
}

/// All words as files.
pub(crate) fn paths(words: &[OsString]) -> Vec<PathBuf> {
    words.iter().map(PathBuf::from).collect()
}

/// Splits `FILES... METHOD URL`.
///
/// # Errors
///
/// A word is missing.
fn split(words: &[OsString]) -> Result<(Vec<PathBuf>, String, String), Failure> {
    let Some((url, before)) = words.split_last() else {
        return Err(usage("FILES, METHOD and URL"));
    };
    let url = utf8(url, "the URL")?;
    if url::is_connection(&url) {
        // A connection has no method; one that is given is passed over.
        let files = match before.split_last() {
            Some((word, files)) if !files.is_empty() && is_method(word) => files,
            _ => before,
        };
        if files.is_empty() {
            return Err(usage("FILES"));
        }
        return Ok((paths(files), "GET".to_owned(), url));
    }
    let Some((method, files)) = before.split_last() else {
        return Err(usage("METHOD and URL after FILES"));
    };
    if Path::new(method).exists() && !is_method(method) {
        return Err(usage("METHOD and URL after FILES"));
    }
    if files.is_empty() {
        return Err(usage("FILES before METHOD and URL"));
    }
    Ok((paths(files), utf8(method, "METHOD")?, url))
}

/// The request of METHOD, URL and options.
///
/// # Errors
///
/// What of it cannot be taken.
fn from_url(method: &str, url: &str, options: &RequestArgs) -> Result<Draft, RequestError> {
    let target = url::parse(url)?;
    draft(method, &target, options, |_| Ok(()))
}

/// The request of a curl command; options come on top.
///
/// # Errors
///
/// What of it cannot be taken.
fn from_curl(curl: CurlRequest, options: &RequestArgs) -> Result<Draft, RequestError> {
    let target = url::parse(&curl.url)?;
    let mut draft = draft(&curl.method, &target, options, |request| {
        if let Some(target) = &curl.target {
            request.set_path(target.as_bytes());
        }
        if let Some(protocol) = curl.protocol {
            request.set_protocol(protocol);
        }
        if let Some(ip) = curl.destination_ip {
            request.set_destination_ip(ip);
        }
        curl.headers
            .iter()
            .try_for_each(|(name, value)| add_header(request, name, value))
    })?;
    draft.notes.extend(curl.notes);
    Ok(draft)
}

/// The URL first, then what `more` says, then the options: the later counts.
fn draft(
    method: &str,
    target: &Target,
    options: &RequestArgs,
    more: impl FnOnce(&mut RequestJson) -> Result<(), RequestError>,
) -> Result<Draft, RequestError> {
    let mut request = RequestJson::new();
    let mut notes = Vec::new();
    request.set_method(method.as_bytes());
    let ip = target.ip();
    if let Some(fragment) = &target.fragment {
        notes.push(format!(
            "the fragment '#{fragment}' is left out: clients do not send it"
        ));
    }
    if let Some(protocol) = target.protocol {
        request.set_protocol(protocol);
        match (protocol, ip, &target.host) {
            (RequestProtocol::Tls, None, Some(host)) => request.set_sni(host),
            (RequestProtocol::Tcp | RequestProtocol::Tls | RequestProtocol::Udp, Some(ip), _) => {
                request.set_destination_ip(ip);
            }
            _ => {}
        }
    }
    if let Some(scheme) = target.scheme {
        request.set_scheme(scheme);
    }
    if let Some(authority) = &target.authority {
        request.set_authority(authority.as_bytes());
    }
    if let Some(port) = target.port {
        request.set_port(port);
    }
    if let Some(path) = &target.path {
        request.set_path(path.as_bytes());
    }
    more(&mut request)?;
    apply(&mut request, options)?;
    request.finish()?;
    Ok(Draft { request, notes })
}

fn apply(request: &mut RequestJson, options: &RequestArgs) -> Result<(), RequestError> {
    for header in &options.headers {
        let Some((name, value)) = header.split_once(':') else {
            let message = format!("'{header}' is not a header: write 'name: value'");
            return Err(RequestError::at(INVALID_FIELD, "headers", message));
        };
        add_header(request, name, value.trim_matches([' ', '\t']))?;
    }
    if let Some(authority) = &options.authority {
        request.set_authority(authority.as_bytes());
    }
    if let Some(scheme) = options.scheme {
        request.set_scheme(scheme);
    }
    if let Some(protocol) = options.protocol {
        request.set_protocol(protocol);
    }
    if let Some(gateway) = &options.gateway {
        request.set_gateway(gateway);
    }
    if let Some(listener) = &options.listener {
        request.set_listener(listener);
    }
    if let Some(port) = options.port {
        request.set_port(port);
    }
    if let Some(sni) = &options.sni {
        request.set_sni(sni);
    }
    if let Some(ip) = options.source_ip {
        request.set_source_ip(ip);
    }
    if let Some(ip) = options.destination_ip {
        request.set_destination_ip(ip);
    }
    if let Some(namespace) = &options.client_namespace {
        request.set_client_namespace(namespace);
    }
    for attribute in &options.attributes {
        let Some((name, value)) = attribute.split_once('=') else {
            let message = format!("'{attribute}' is not an attribute: write name=value");
            return Err(RequestError::at(INVALID_FIELD, "attributes", message));
        };
        request.add_attribute(name, value)?;
    }
    match options.random[..] {
        // One number is every draw; several are drawn one after the other.
        [draw] => request.set_fixed_draw(draw),
        ref draws => draws.iter().try_for_each(|draw| request.add_draw(*draw))?,
    }
    Ok(())
}

/// Adds a header; `host` is the authority under another name.
fn add_header(request: &mut RequestJson, name: &str, value: &str) -> Result<(), RequestError> {
    if name.eq_ignore_ascii_case("host") {
        request.set_authority(value.as_bytes());
        return Ok(());
    }
    request.add_header(name.as_bytes(), value.as_bytes())
}

/// Whether a word can only be meant as METHOD.
fn is_method(word: &OsStr) -> bool {
    let word = word.as_encoded_bytes();
    !word.is_empty() && word.iter().all(u8::is_ascii_uppercase)
}

fn utf8(word: &OsStr, what: &str) -> Result<String, Failure> {
    match word.to_str() {
        Some(text) => Ok(text.to_owned()),
        None => Err(Failure::Usage(format!(
            "{what} is not UTF-8: give such a request with --requests and \"latin1\":true"
        ))),
    }
}

fn usage(expected: &str) -> Failure {
    Failure::Usage(format!("{expected} expected; see --help"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<OsString> {
        words.iter().map(OsString::from).collect()
    }

    fn from(url: &str, options: &RequestArgs) -> RequestJson {
        from_url("GET", url, options).unwrap().request
    }

    #[test]
    fn the_last_two_words_are_method_and_url() {
        let (files, method, url) = split(&words(&["a.yaml", "b", "GET", "http://h/"])).unwrap();
        assert_eq!(files, [PathBuf::from("a.yaml"), PathBuf::from("b")]);
        assert_eq!((method.as_str(), url.as_str()), ("GET", "http://h/"));
        assert!(split(&words(&["GET", "http://h/"])).is_err());
        assert!(split(&words(&["http://h/"])).is_err());
        // The folder stands where METHOD is expected.
        assert!(split(&words(&["x.yaml", ".", "http://h/"])).is_err());
    }

    #[test]
    fn a_connection_needs_no_method() {
        let (files, ..) = split(&words(&["a.yaml", "tcp://h:1"])).unwrap();
        assert_eq!(files, [PathBuf::from("a.yaml")]);
        let (files, ..) = split(&words(&["a.yaml", "CONNECT", "tcp://h:1"])).unwrap();
        assert_eq!(files, [PathBuf::from("a.yaml")]);
        assert!(split(&words(&["tcp://h:1"])).is_err());
    }

    #[test]
    fn a_host_header_is_the_authority_and_an_option_counts_more() {
        let mut options = RequestArgs {
            headers: vec!["Host: b".into(), "X: 1".into()],
            ..RequestArgs::default()
        };
        let request = from("http://a:81/", &options);
        assert_eq!(request.authority(), Some(&b"b"[..]));
        assert_eq!(request.port(), Some(81));
        assert_eq!(request.headers().len(), 1);
        options.authority = Some("c".into());
        assert_eq!(from("http://a/", &options).authority(), Some(&b"c"[..]));
    }

    #[test]
    fn a_connection_has_server_name_or_address() {
        let options = RequestArgs::default();
        assert_eq!(
            from("tls://db.example:1", &options).sni(),
            Some("db.example")
        );
        let request = from("tcp://10.0.0.1:1", &options);
        assert_eq!(
            (request.sni(), request.destination_ip()),
            (None, "10.0.0.1".parse().ok())
        );
    }

    #[test]
    fn a_fragment_is_noted() {
        let draft = from_url("GET", "http://a/#x", &RequestArgs::default()).unwrap();
        assert_eq!(draft.notes.len(), 1);
    }

    #[test]
    fn what_is_no_header_or_attribute_is_refused() {
        let headers = RequestArgs {
            headers: vec!["x".into()],
            ..RequestArgs::default()
        };
        let attributes = RequestArgs {
            attributes: vec!["x".into()],
            ..RequestArgs::default()
        };
        assert!(from_url("GET", "/", &headers).is_err());
        assert!(from_url("GET", "/", &attributes).is_err());
        assert!(from_url("G T", "/", &RequestArgs::default()).is_err());
    }
}
