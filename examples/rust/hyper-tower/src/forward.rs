//! The service that sends a request to the backend which was chosen.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName};
use http::uri::{PathAndQuery, Uri};
use http::{Request, Response, StatusCode};
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tower::Service;

use crate::Backend;

/// A backend's body as it comes in, or one that was made here.
pub type ProxyBody = Either<Full<Bytes>, Incoming>;

/// A body of these bytes.
pub fn full(bytes: Vec<u8>) -> ProxyBody {
    Either::Left(Full::new(bytes.into()))
}

/// A body without anything in it.
pub fn empty() -> ProxyBody {
    full(Vec::new())
}

/// Why a request reached no backend.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unreachable {
    /// Nobody said where the backend is.
    Unknown,
    /// It did not answer.
    Silent,
}

/// Headers that are between two neighbours (RFC 9110 7.6.1), besides those that
/// `Connection` names.
const HOP_BY_HOP: [HeaderName; 6] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::TE,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Sends requests to backends on known addresses, over HTTP/1.
#[derive(Clone, Debug)]
pub struct Forward {
    client: Client<HttpConnector, Incoming>,
    addresses: Arc<HashMap<String, SocketAddr>>,
}

impl Forward {
    /// A service that knows where each backend is, by its name.
    pub fn new(addresses: HashMap<String, SocketAddr>) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            addresses: Arc::new(addresses),
        }
    }

    async fn send(
        self,
        mut request: Request<Incoming>,
    ) -> Result<Response<ProxyBody>, Unreachable> {
        let backend = request.extensions().get::<Backend>();
        let address = backend.and_then(|backend| self.addresses.get(&backend.name));
        let address = address.ok_or(Unreachable::Unknown)?;
        // The client connects to the URI's authority; the Host header is sent as it is.
        let target = request
            .uri()
            .path_and_query()
            .map_or("/", PathAndQuery::as_str);
        let uri: Uri = format!("http://{address}{target}")
            .parse()
            .map_err(|_| Unreachable::Unknown)?;
        *request.uri_mut() = uri;
        *request.version_mut() = http::Version::HTTP_11;
        remove_hop_by_hop(request.headers_mut());
        let response = self.client.request(request).await;
        let mut response = response.map_err(|_| Unreachable::Silent)?;
        // SPEC: RFC 9110 2.5: the version is between two neighbours; the client's is its own.
        *response.version_mut() = http::Version::HTTP_11;
        remove_hop_by_hop(response.headers_mut());
        Ok(response.map(Either::Right))
    }
}

impl Service<Request<Incoming>> for Forward {
    type Response = Response<ProxyBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Incoming>) -> Self::Future {
        let this = self.clone();
        Box::pin(async move {
            Ok(this.send(request).await.unwrap_or_else(|why| {
                let mut response = Response::new(empty());
                *response.status_mut() = match why {
                    Unreachable::Unknown => StatusCode::SERVICE_UNAVAILABLE,
                    Unreachable::Silent => StatusCode::BAD_GATEWAY,
                };
                response
            }))
        })
    }
}

fn remove_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|names| names.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
}
