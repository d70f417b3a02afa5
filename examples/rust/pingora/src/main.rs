//! A pingora proxy that routes by a table, which is built in Rust.
//!
//! | pingora asks | and gets |
//! |---|---|
//! | `request_filter` | the answer that no backend gives, or nothing |
//! | `upstream_peer` | where the backend is that was chosen |
//! | `upstream_request_filter` | the head that is sent on |
//! | `response_filter` | the edits of the response |
//!
//! A decision borrows the request, and pingora asks in several calls. What is small is
//! kept in the context; the head is decided again with the same seed, which gives the
//! same answer.

mod routes;

use std::collections::HashMap;
use std::error::Error;
use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use fingerpost::http::{ApplyError, HeaderEdits, RequestHead};
use fingerpost::{Decision, Draws, Scratch, Table};
use pingora_core::server::Server;
use pingora_core::upstreams::peer::HttpPeer;
use pingora_core::{Error as ProxyError, ErrorType, Result};
use pingora_http::{RequestHeader, ResponseHeader};
use pingora_proxy::{ProxyHttp, Session, http_proxy_service};

const USAGE: &str = "usage: fingerpost-example-pingora ADDRESS [NAME=ADDRESS]...";

/// The proxy: a table, and where each backend is.
struct Proxy {
    table: Table,
    backends: HashMap<String, SocketAddr>,
    /// Working memory that no request uses at the moment.
    scratches: Mutex<Vec<Scratch>>,
    seed: RandomState,
    requests: AtomicU64,
}

/// What of a decision is kept while a request is under way.
#[derive(Default)]
struct Chosen {
    /// Of every draw of this request: the engine has no chance of its own.
    seed: u64,
    backend: String,
    response: HeaderEdits,
}

impl Proxy {
    /// Decides, and lets the caller read.
    fn decided<T>(
        &self,
        request: &RequestHeader,
        seed: u64,
        read: impl FnOnce(&Decision<'_>) -> Result<T, ApplyError>,
    ) -> Result<T> {
        let lock = || {
            self.scratches
                .lock()
                .unwrap_or_else(|broken| broken.into_inner())
        };
        let idle = lock().pop();
        let mut scratch = idle.unwrap_or_else(|| self.table.create_scratch());
        let head = RequestHead::new(request);
        let decision = self
            .table
            .decide_with(&mut scratch, &head.request(), Draws::seeded(seed));
        let result = read(&decision);
        lock().push(scratch);
        // A rule that asks for what HTTP cannot say is a fault of the routes.
        result.map_err(|error| ProxyError::because(ErrorType::HTTPStatus(500), "routing", error))
    }
}

#[async_trait]
impl ProxyHttp for Proxy {
    type CTX = Chosen;

    fn new_ctx(&self) -> Chosen {
        let request = self.requests.fetch_add(1, Ordering::Relaxed);
        Chosen {
            seed: self.seed.hash_one(request),
            ..Chosen::default()
        }
    }

    async fn request_filter(&self, session: &mut Session, chosen: &mut Chosen) -> Result<bool> {
        let answer = self.decided(session.req_header(), chosen.seed, |decision| {
            if let Some(backend) = decision.backend() {
                chosen.backend = backend.name.to_string();
            }
            chosen.response = decision.to_response_edits()?;
            decision.to_response()
        })?;
        let Some(answer) = answer else {
            return Ok(false);
        };
        let (parts, body) = answer.into_parts();
        let mut header = ResponseHeader::from(parts);
        header.set_content_length(body.len())?;
        let header = Box::new(header);
        session
            .write_response_header(header, body.is_empty())
            .await?;
        if !body.is_empty() {
            session
                .write_response_body(Some(Bytes::from(body)), true)
                .await?;
        }
        Ok(true)
    }

    async fn upstream_peer(
        &self,
        _session: &mut Session,
        chosen: &mut Chosen,
    ) -> Result<Box<HttpPeer>> {
        match self.backends.get(&chosen.backend) {
            Some(address) => Ok(Box::new(HttpPeer::new(address, false, String::new()))),
            None => ProxyError::e_explain(ErrorType::HTTPStatus(503), "an unknown backend"),
        }
    }

    async fn upstream_request_filter(
        &self,
        session: &mut Session,
        upstream: &mut RequestHeader,
        chosen: &mut Chosen,
    ) -> Result<()> {
        let mut parts = upstream.as_owned_parts();
        self.decided(session.req_header(), chosen.seed, |decision| {
            decision.apply_to(&mut parts)
        })?;
        *upstream = RequestHeader::from(parts);
        Ok(())
    }

    async fn response_filter(
        &self,
        _session: &mut Session,
        response: &mut ResponseHeader,
        chosen: &mut Chosen,
    ) -> Result<()> {
        let mut parts = response.as_owned_parts();
        chosen.response.apply(&mut parts.headers);
        *response = ResponseHeader::from(parts);
        Ok(())
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match serve(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fingerpost-example-pingora: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [address, backends @ ..] = arguments else {
        return Err(USAGE.into());
    };
    let mut known = HashMap::new();
    for backend in backends {
        let (name, address) = backend.split_once('=').ok_or(USAGE)?;
        known.insert(name.to_string(), address.parse()?);
    }
    let proxy = Proxy {
        table: routes::shop()?,
        backends: known,
        scratches: Mutex::new(Vec::new()),
        seed: RandomState::new(),
        requests: AtomicU64::new(0),
    };

    let mut server = Server::new(None)?;
    server.bootstrap();
    let mut service = http_proxy_service(&server.configuration, proxy);
    service.add_tcp(address);
    server.add_service(service);
    server.run_forever()
}
