//! The layer that decides.

use std::cell::RefCell;
use std::hash::{BuildHasher, RandomState};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use fingerpost::http::{ApplyError, HeaderEdits, RequestHead};
use fingerpost::{Draws, Handle, Reader};
use http::request::Parts;
use http::{Request, Response, StatusCode};
use tower::{Layer, Service};

use crate::{ProxyBody, empty, full};

thread_local! {
    /// The thread's way to the table in use, and the number of the layer that it is of.
    static READER: RefCell<Option<(u64, Reader)>> = const { RefCell::new(None) };
}

/// The backend that was chosen, as the manifests name it. An extension of the request
/// that the service within gets.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Backend {
    /// Its namespace; empty where it is in none.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The port, where the reference states one.
    pub port: Option<u16>,
}

/// Puts a table before a service.
#[derive(Clone, Debug)]
pub struct RouteLayer {
    tables: Tables,
}

/// Where the table in use is to be had, and a number that tells it from those of other
/// layers.
#[derive(Clone, Debug)]
struct Tables {
    number: u64,
    handle: Handle,
}

impl RouteLayer {
    /// A layer that routes by the table of a handle, whichever that is at the time.
    pub fn new(handle: Handle) -> Self {
        static LAYERS: AtomicU64 = AtomicU64::new(0);
        let number = LAYERS.fetch_add(1, Ordering::Relaxed);
        Self {
            tables: Tables { number, handle },
        }
    }
}

impl<S> Layer<S> for RouteLayer {
    type Service = RouteService<S>;

    fn layer(&self, inner: S) -> RouteService<S> {
        RouteService {
            tables: self.tables.clone(),
            inner,
        }
    }
}

/// A service with a table before it.
#[derive(Clone, Debug)]
pub struct RouteService<S> {
    tables: Tables,
    inner: S,
}

/// What remains of a decision once the request is on its way.
enum Next {
    Answer(Response<ProxyBody>),
    Forward(Backend, HeaderEdits),
}

impl<S, B> Service<Request<B>> for RouteService<S>
where
    S: Service<Request<B>, Response = Response<ProxyBody>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
{
    type Response = Response<ProxyBody>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (mut parts, body) = request.into_parts();
        let next = decide(&self.tables, &mut parts);
        // The service that was asked whether it is ready is the one to call.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        Box::pin(async move {
            match next {
                Ok(Next::Answer(response)) => Ok(response),
                Ok(Next::Forward(backend, edits)) => {
                    parts.extensions.insert(backend);
                    let request = Request::from_parts(parts, body);
                    let mut response = inner.call(request).await?;
                    edits.apply(response.headers_mut());
                    Ok(response)
                }
                Err(error) => Ok(failure(&error)),
            }
        })
    }
}

/// Decides, and changes the head into the one that is sent on.
fn decide(tables: &Tables, parts: &mut Parts) -> Result<Next, ApplyError> {
    let came = parts.clone();
    let head = RequestHead::new(&came);
    READER.with_borrow_mut(|reader| {
        let reader = match reader {
            Some((number, reader)) if *number == tables.number => reader,
            other => &mut other.insert((tables.number, tables.handle.reader())).1,
        };
        let (table, scratch) = reader.current();
        let decision = table.decide_with(scratch, &head.request(), Draws::seeded(random()));
        if let Some(response) = decision.to_response()? {
            return Ok(Next::Answer(response.map(full)));
        }
        decision.apply_to(parts)?;
        let backend = decision.backend().unwrap_or_default();
        let backend = Backend {
            namespace: backend.namespace.to_string(),
            name: backend.name.to_string(),
            port: backend.port,
        };
        Ok(Next::Forward(backend, decision.to_response_edits()?))
    })
}

/// A rule that asks for what HTTP cannot say is a fault of the routes.
fn failure(error: &ApplyError) -> Response<ProxyBody> {
    let mut response = Response::new(empty());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    if let Ok(text) = error.to_string().parse() {
        response.headers_mut().insert("x-routing-error", text);
    }
    response
}

/// A number for the draws of one request: the engine has no chance of its own.
fn random() -> u64 {
    static REQUESTS: AtomicU64 = AtomicU64::new(0);
    thread_local! {
        static SEED: RandomState = RandomState::new();
    }
    let request = REQUESTS.fetch_add(1, Ordering::Relaxed);
    SEED.with(|seed| seed.hash_one(request))
}
