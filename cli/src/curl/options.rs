//! curl's options, and what each does to a request.

/// What an option does to the request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Effect {
    /// Nothing; with a value or without.
    Ignore {
        value: bool,
    },
    /// Nothing that can be told from here.
    Note,
    Method,
    Header,
    Head,
    Get,
    Data,
    DataUrlencode,
    Json,
    Form,
    Upload,
    Url,
    UserAgent,
    Referer,
    Cookie,
    User,
    Bearer,
    Range,
    Compressed,
    Http1,
    Http2,
    Http3,
    Resolve,
    PathAsIs,
    RequestTarget,
}

impl Effect {
    pub(super) fn takes_value(self) -> bool {
        match self {
            Self::Ignore { value } => value,
            Self::Head
            | Self::Get
            | Self::Compressed
            | Self::Http1
            | Self::Http2
            | Self::Http3
            | Self::PathAsIs => false,
            _ => true,
        }
    }
}

/// The option of a name after `--`.
pub(super) fn long_option(name: &str) -> Option<Effect> {
    Some(match name {
        "request" => Effect::Method,
        "header" => Effect::Header,
        "head" => Effect::Head,
        "get" => Effect::Get,
        "data" | "data-raw" | "data-binary" | "data-ascii" => Effect::Data,
        "data-urlencode" => Effect::DataUrlencode,
        "json" => Effect::Json,
        "form" | "form-string" => Effect::Form,
        "upload-file" => Effect::Upload,
        "url" => Effect::Url,
        "user-agent" => Effect::UserAgent,
        "referer" => Effect::Referer,
        "cookie" => Effect::Cookie,
        "user" => Effect::User,
        "oauth2-bearer" => Effect::Bearer,
        "range" => Effect::Range,
        "compressed" => Effect::Compressed,
        "http1.0" | "http1.1" | "http0.9" => Effect::Http1,
        "http2" | "http2-prior-knowledge" => Effect::Http2,
        "http3" | "http3-only" => Effect::Http3,
        "resolve" => Effect::Resolve,
        "path-as-is" => Effect::PathAsIs,
        "request-target" => Effect::RequestTarget,
        "connect-to" | "proxy" | "config" | "haproxy-clientip" | "url-query" | "aws-sigv4"
        | "variable" => Effect::Note,
        "verbose" | "silent" | "show-error" | "insecure" | "location" | "location-trusted"
        | "include" | "show-headers" | "fail" | "fail-with-body" | "fail-early" | "globoff"
        | "no-buffer" | "remote-name" | "remote-header-name" | "progress-bar" | "ipv4" | "ipv6"
        | "parallel" | "disable" | "no-keepalive" | "no-progress-meter" | "tlsv1" | "tlsv1.0"
        | "tlsv1.1" | "tlsv1.2" | "tlsv1.3" | "ssl-reqd" | "create-dirs" | "tcp-nodelay"
        | "tcp-fastopen" | "false-start" | "no-alpn" | "anyauth" | "basic" | "digest"
        | "negotiate" | "ntlm" | "raw" | "compressed-ssh" | "no-sessionid" | "retry-all-errors"
        | "retry-connrefused" | "post301" | "post302" | "post303" => {
            Effect::Ignore { value: false }
        }
        "output"
        | "output-dir"
        | "write-out"
        | "max-time"
        | "connect-timeout"
        | "retry"
        | "retry-delay"
        | "retry-max-time"
        | "max-redirs"
        | "cacert"
        | "capath"
        | "cert"
        | "cert-type"
        | "key"
        | "key-type"
        | "pass"
        | "ciphers"
        | "tls13-ciphers"
        | "tls-max"
        | "dump-header"
        | "cookie-jar"
        | "interface"
        | "local-port"
        | "limit-rate"
        | "speed-limit"
        | "speed-time"
        | "stderr"
        | "trace"
        | "trace-ascii"
        | "keepalive-time"
        | "dns-servers"
        | "max-filesize"
        | "noproxy"
        | "pinnedpubkey"
        | "rate"
        | "unix-socket"
        | "abstract-unix-socket"
        | "expect100-timeout" => Effect::Ignore { value: true },
        _ => return None,
    })
}

/// The option of a letter after `-`.
pub(super) fn short_option(letter: char) -> Option<Effect> {
    Some(match letter {
        'X' => Effect::Method,
        'H' => Effect::Header,
        'I' => Effect::Head,
        'G' => Effect::Get,
        'd' => Effect::Data,
        'F' => Effect::Form,
        'T' => Effect::Upload,
        'A' => Effect::UserAgent,
        'e' => Effect::Referer,
        'b' => Effect::Cookie,
        'u' => Effect::User,
        'r' => Effect::Range,
        '0' => Effect::Http1,
        'x' | 'K' => Effect::Note,
        'v' | 's' | 'S' | 'k' | 'L' | 'i' | 'f' | 'g' | 'N' | 'O' | 'J' | '#' | '4' | '6' | 'Z'
        | 'q' | '1' | '2' | '3' => Effect::Ignore { value: false },
        'o' | 'w' | 'm' | 'E' | 'D' | 'c' | 'y' | 'Y' => Effect::Ignore { value: true },
        _ => return None,
    })
}
