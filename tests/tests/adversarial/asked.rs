//! A request in few words, and what a table makes of it.

use std::net::IpAddr;

use fingerpost::{Draws, Outcome, Request, RequestProtocol, Scheme, Table};

/// A request to be asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    method: Vec<u8>,
    target: Vec<u8>,
    authority: Option<Vec<u8>>,
    headers: Vec<(Vec<u8>, Vec<u8>)>,
    scheme: Scheme,
    protocol: RequestProtocol,
    port: Option<u16>,
    sni: Option<Vec<u8>>,
    listener: Option<String>,
    source: Option<IpAddr>,
    destination: Option<IpAddr>,
    client: Option<String>,
    attributes: Vec<(String, Vec<u8>)>,
    random: u64,
    draw: u64,
}

/// `GET target` of host `h` over HTTP/1.
pub(crate) fn get(target: impl AsRef<[u8]>) -> Asked {
    Asked {
        method: b"GET".to_vec(),
        target: target.as_ref().to_vec(),
        authority: Some(b"h".to_vec()),
        headers: Vec::new(),
        scheme: Scheme::Http,
        protocol: RequestProtocol::Http1,
        port: None,
        sni: None,
        listener: None,
        source: None,
        destination: None,
        client: None,
        attributes: Vec::new(),
        random: 0,
        draw: 0,
    }
}

/// A TLS connection for a server name, to port 443.
pub(crate) fn tls(sni: impl AsRef<[u8]>) -> Asked {
    Asked {
        authority: None,
        protocol: RequestProtocol::Tls,
        port: Some(443),
        sni: Some(sni.as_ref().to_vec()),
        ..get("")
    }
}

/// A gRPC call over HTTP/2.
pub(crate) fn grpc(target: &str) -> Asked {
    get(target)
        .method("POST")
        .protocol(RequestProtocol::Http2)
        .header("content-type", "application/grpc")
}

impl Asked {
    pub(crate) fn method(mut self, method: impl AsRef<[u8]>) -> Self {
        self.method = method.as_ref().to_vec();
        self
    }

    pub(crate) fn host(mut self, authority: impl AsRef<[u8]>) -> Self {
        self.authority = Some(authority.as_ref().to_vec());
        self
    }

    pub(crate) fn no_host(mut self) -> Self {
        self.authority = None;
        self
    }

    pub(crate) fn header(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        let line = (name.as_ref().to_vec(), value.as_ref().to_vec());
        self.headers.push(line);
        self
    }

    pub(crate) fn https(mut self) -> Self {
        self.scheme = Scheme::Https;
        self
    }

    pub(crate) fn protocol(mut self, protocol: RequestProtocol) -> Self {
        self.protocol = protocol;
        self
    }

    pub(crate) fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    pub(crate) fn sni(mut self, sni: &str) -> Self {
        self.sni = Some(sni.as_bytes().to_vec());
        self
    }

    pub(crate) fn source(mut self, address: &str) -> Self {
        self.source = Some(address.parse().unwrap());
        self
    }

    pub(crate) fn destination(mut self, address: &str) -> Self {
        self.destination = Some(address.parse().unwrap());
        self
    }

    /// Asked by a client in this namespace.
    pub(crate) fn client(mut self, namespace: &str) -> Self {
        self.client = Some(namespace.to_string());
        self
    }

    pub(crate) fn attribute(mut self, name: &str, value: &str) -> Self {
        let attribute = (name.to_string(), value.as_bytes().to_vec());
        self.attributes.push(attribute);
        self
    }

    pub(crate) fn random(mut self, random: u64) -> Self {
        self.random = random;
        self
    }

    /// Every draw is this number.
    pub(crate) fn draw(mut self, draw: u64) -> Self {
        self.draw = draw;
        self
    }

    /// What a table makes of it.
    pub(crate) fn ask(&self, table: &Table) -> Seen {
        let headers: Vec<(&[u8], &[u8])> = self.headers.iter().map(slices).collect();
        let attributes: Vec<(&str, &[u8])> = self
            .attributes
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_slice()))
            .collect();
        let mut request = Request::new(&self.method, &self.target)
            .with_headers(&headers)
            .with_attributes(&attributes)
            .with_scheme(self.scheme)
            .with_protocol(self.protocol)
            .with_random(self.random);
        if let Some(authority) = &self.authority {
            request = request.with_authority(authority);
        }
        if let Some(port) = self.port {
            request = request.with_port(port);
        }
        if let Some(sni) = &self.sni {
            request = request.with_sni(sni);
        }
        if let Some(listener) = &self.listener {
            request = request.with_listener(listener);
        }
        if let Some(source) = self.source {
            request = request.with_source_ip(source);
        }
        if let Some(destination) = self.destination {
            request = request.with_destination_ip(destination);
        }
        if let Some(client) = &self.client {
            request = request.with_client_namespace(client);
        }
        let mut scratch = table.create_scratch();
        let decision = table.decide_with(&mut scratch, &request, Draws::fixed(self.draw));
        Seen {
            outcome: decision.outcome(),
            status: decision.status(),
            reason: format!("{:?}", decision.reason()),
            listener: decision.listener().unwrap_or_default().to_string(),
            route: decision
                .stages()
                .last()
                .map_or_else(String::new, |stage| stage.route.name.to_string()),
            backend: decision
                .backend()
                .map_or_else(String::new, |backend| backend.name.to_string()),
            failure: decision.failure().unwrap_or_default().to_string(),
            target: text(decision.target()),
            authority: decision.authority().map(text),
            location: decision.location().map(text),
            headers: decision
                .headers()
                .map(|(name, value)| (text(name), text(value)))
                .collect(),
        }
    }

    /// The answer in one word, as [`Seen::word`] says it.
    pub(crate) fn answer(&self, table: &Table) -> String {
        self.ask(table).word()
    }
}

fn slices((name, value): &(Vec<u8>, Vec<u8>)) -> (&[u8], &[u8]) {
    (name, value)
}

/// Bytes as text; a byte that is no ASCII is written `\xFF`.
pub(crate) fn text(bytes: &[u8]) -> String {
    let mut text = String::new();
    for &byte in bytes {
        match byte {
            b' '..=b'~' => text.push(char::from(byte)),
            _ => text.push_str(&format!("\\x{byte:02X}")),
        }
    }
    text
}

/// What a table made of a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Seen {
    pub(crate) outcome: Outcome,
    pub(crate) status: Option<u16>,
    /// The reason's name: `BadAuthority`.
    pub(crate) reason: String,
    pub(crate) listener: String,
    /// The route that won in the last stage.
    pub(crate) route: String,
    pub(crate) backend: String,
    pub(crate) failure: String,
    pub(crate) target: String,
    pub(crate) authority: Option<String>,
    pub(crate) location: Option<String>,
    pub(crate) headers: Vec<(String, String)>,
}

impl Seen {
    /// The route that won, and did what it says; otherwise the outcome with its
    /// reason: `reject:BadAuthority`, `respond:NoTarget`, `no_route`.
    pub(crate) fn word(&self) -> String {
        match self.outcome {
            Outcome::NoRoute => format!("no_route:{}", self.reason).replace(":NoRule", ""),
            _ if self.reason == "Matched" => self.route.clone(),
            outcome => format!("{}:{}", outcome.as_str(), self.reason),
        }
    }
}
