//! Decisions carried out on messages.

use alloc::vec::Vec;

use ::http::header::{Entry, HOST, HeaderMap, HeaderName, HeaderValue, LOCATION};
use ::http::request::Parts;
use ::http::uri::{Authority, PathAndQuery, Uri};
use ::http::{Method, Response, StatusCode};

use super::{ApplyError, MessagePart};
use crate::decision::headers::HeaderEdit;
use crate::decision::{Decision, Outcome};
use crate::vocabulary::HeaderVerb;

impl Decision<'_> {
    /// Makes of the head that came the one that is sent on: method, path and query,
    /// authority, headers.
    ///
    /// A URI that has an authority gets the decision's; where it has none, and where
    /// there is a Host header, Host does. Edits of the header `host` have no effect:
    /// the authority counts. Where [`Decision::host_from_backend`] says so, the proxy
    /// then writes the backend's name there. Connection headers are the proxy's own.
    /// Allocates what `http` does for the texts that change.
    ///
    /// # Errors
    ///
    /// Where a text that the decision sets is none that `http` takes: a rewritten
    /// path with a byte that stands in no URI, a header value with a line break. The
    /// head is then as it was.
    ///
    /// ```
    /// # use fingerpost::builder::{Route, Routes, any};
    /// # use fingerpost::{Draws, http::RequestHead};
    /// # let table = Routes::new()
    /// #     .route(Route::any_host().rule(any().to("cart").rewrite_host("cart.internal")))
    /// #     .build()?;
    /// # let mut scratch = table.create_scratch();
    /// let (mut parts, ()) = http::Request::get("http://shop.example/").body(())?.into_parts();
    /// let came = parts.clone();
    /// let head = RequestHead::new(&came);
    /// let decision = table.decide_with(&mut scratch, &head.request(), Draws::fixed(0));
    /// decision.apply_to(&mut parts)?;
    /// assert_eq!(parts.uri, "http://cart.internal/");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn apply_to(&self, parts: &mut Parts) -> Result<(), ApplyError> {
        let uri = self.uri_after(&parts.uri)?;
        let method = Method::from_bytes(self.method())
            .map_err(|_| ApplyError::new(MessagePart::Method, self.method()))?;
        let host = match self.authority() {
            Some(authority) => Some(value(authority)?),
            None => None,
        };
        let edits = HeaderEdits::read(self.request_edits())?;

        edits.apply(&mut parts.headers);
        match host {
            Some(host) if uri.authority().is_none() || parts.headers.contains_key(HOST) => {
                parts.headers.insert(HOST, host);
            }
            Some(_) => {}
            None => {
                parts.headers.remove(HOST);
            }
        }
        parts.method = method;
        parts.uri = uri;
        Ok(())
    }

    /// Carries out the edits of the response's headers, and adds the CORS headers
    /// that a response to this request has.
    ///
    /// # Errors
    ///
    /// Where a name or value is none that `http` takes. The headers are then as they
    /// were.
    ///
    /// ```
    /// # use fingerpost::builder::{Route, Routes, any};
    /// # use fingerpost::{Draws, Request};
    /// # let table = Routes::new()
    /// #     .route(Route::any_host().rule(any().to("cart").remove_response_header("server")))
    /// #     .build()?;
    /// # let mut scratch = table.create_scratch();
    /// # let decision = table.decide_with(&mut scratch, &Request::new(b"GET", b"/"), Draws::fixed(0));
    /// let mut response = http::Response::builder().header("server", "x/1").body(())?;
    /// decision.apply_to_response(response.headers_mut())?;
    /// assert!(response.headers().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn apply_to_response(&self, headers: &mut HeaderMap) -> Result<(), ApplyError> {
        self.to_response_edits()?.apply(headers);
        Ok(())
    }

    /// What [`Decision::apply_to_response`] does, to keep: a decision borrows the
    /// request and the scratch, which a proxy that waits for a backend lets go of.
    /// Allocates.
    ///
    /// # Errors
    ///
    /// Where a name or value is none that `http` takes.
    ///
    /// ```
    /// # use fingerpost::builder::{Route, Routes, any};
    /// # use fingerpost::{Draws, Request};
    /// # let table = Routes::new()
    /// #     .route(Route::any_host().rule(any().to("cart").set_response_header("x-a", "1")))
    /// #     .build()?;
    /// # let mut scratch = table.create_scratch();
    /// # let decision = table.decide_with(&mut scratch, &Request::new(b"GET", b"/"), Draws::fixed(0));
    /// let edits = decision.to_response_edits()?;
    /// drop(scratch); // here one waits for the backend
    /// let mut response = http::Response::new(());
    /// edits.apply(response.headers_mut());
    /// assert_eq!(response.headers()["x-a"], "1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_response_edits(&self) -> Result<HeaderEdits, ApplyError> {
        let mut edits = HeaderEdits::read(self.response_edits())?;
        for (header, text) in self.cors_headers() {
            let name = HeaderName::from_static(header);
            // A backend's own answer to the same question would contradict.
            edits.0.push((HeaderVerb::Set, name, value(text)?));
        }
        Ok(edits)
    }

    /// The answer that is given in place of a backend's: a redirect, a response, a
    /// preflight's answer, 404 where there is no route. `None` where a backend answers.
    ///
    /// Its body is the one that the rule states, without a content type unless an edit
    /// sets one. To a gRPC request a failure is told as gRPC does: status 200, and
    /// `grpc-status` in the headers. Allocates.
    ///
    /// # Errors
    ///
    /// Where the Location or a header is none that `http` takes, or the status is not
    /// from 100 to 999.
    ///
    /// ```
    /// # use fingerpost::builder::{Route, Routes, path};
    /// # use fingerpost::{Draws, Request};
    /// let table = Routes::new()
    ///     .route(Route::any_host().rule(path("/old").redirect(308, "https://shop.example/new")))
    ///     .build()?;
    /// let mut scratch = table.create_scratch();
    /// let request = Request::new(b"GET", b"/old");
    /// let decision = table.decide_with(&mut scratch, &request, Draws::fixed(0));
    /// let response = decision.to_response()?.unwrap();
    /// assert_eq!(response.status(), 308);
    /// assert_eq!(response.headers()["location"], "https://shop.example/new");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_response(&self) -> Result<Option<Response<Vec<u8>>>, ApplyError> {
        if self.outcome() == Outcome::Forward {
            return Ok(None);
        }
        // What is answered without a status is no fault of the client's.
        let status = self.status().unwrap_or(500);
        let mut response = Response::new(self.body().unwrap_or_default().to_vec());
        *response.status_mut() =
            StatusCode::from_u16(status).map_err(|_| ApplyError::new(MessagePart::Status, &[]))?;
        let headers = response.headers_mut();
        if let Some(location) = self.location() {
            headers.insert(LOCATION, value(location)?);
        }
        if let Some(status) = self.grpc_status() {
            let grpc = HeaderValue::from_static("application/grpc");
            headers.insert(::http::header::CONTENT_TYPE, grpc);
            headers.insert("grpc-status", HeaderValue::from(u16::from(status)));
            *response.status_mut() = StatusCode::OK;
        }
        self.apply_to_response(response.headers_mut())?;
        Ok(Some(response))
    }

    /// The URI that is sent on.
    fn uri_after(&self, came: &Uri) -> Result<Uri, ApplyError> {
        let refused = |part, text: &[u8]| ApplyError::new(part, text);
        let mut parts = came.clone().into_parts();
        // A CONNECT request has an authority and no path.
        if parts.path_and_query.is_some() {
            let target = self.target();
            let path = PathAndQuery::try_from(target);
            parts.path_and_query = Some(path.map_err(|_| refused(MessagePart::Target, target))?);
        }
        if let (Some(_), Some(authority)) = (&parts.authority, self.authority()) {
            let new = Authority::try_from(authority);
            parts.authority = Some(new.map_err(|_| refused(MessagePart::Authority, authority))?);
        }
        Uri::from_parts(parts).map_err(|_| refused(MessagePart::Target, self.target()))
    }
}

/// Header edits of a decision, in order, that `http` takes.
#[derive(Clone, Debug, Default)]
pub struct HeaderEdits(Vec<(HeaderVerb, HeaderName, HeaderValue)>);

impl HeaderEdits {
    /// Carries them out.
    pub fn apply(&self, headers: &mut HeaderMap) {
        for (verb, name, value) in &self.0 {
            apply(*verb, name.clone(), value.clone(), headers);
        }
    }

    fn read<'e>(edits: impl Iterator<Item = HeaderEdit<'e>>) -> Result<Self, ApplyError> {
        let read = edits.map(|edit| Ok((edit.verb, name(edit.name)?, value(edit.value)?)));
        read.collect::<Result<_, _>>().map(Self)
    }
}

fn apply(verb: HeaderVerb, name: HeaderName, value: HeaderValue, headers: &mut HeaderMap) {
    match (verb, headers.entry(name)) {
        (HeaderVerb::Remove, Entry::Occupied(entry)) => drop(entry.remove_entry_mult()),
        (HeaderVerb::Set | HeaderVerb::SetIfPresent, Entry::Occupied(mut entry)) => {
            entry.insert(value);
        }
        (HeaderVerb::Add, Entry::Occupied(mut entry)) => entry.append(value),
        (HeaderVerb::Append, Entry::Occupied(mut entry)) => {
            if let Some(last) = entry.iter_mut().next_back() {
                let joined = [last.as_bytes(), b",", value.as_bytes()].concat();
                // Two values that stand in a header do so too with a comma between.
                *last = HeaderValue::from_bytes(&joined).unwrap_or(value);
            }
        }
        (HeaderVerb::SetIfAbsent, Entry::Occupied(_)) => {}
        (HeaderVerb::Remove | HeaderVerb::SetIfPresent, Entry::Vacant(_)) => {}
        (
            HeaderVerb::Set | HeaderVerb::Add | HeaderVerb::Append | HeaderVerb::SetIfAbsent,
            Entry::Vacant(entry),
        ) => {
            entry.insert(value);
        }
    }
}

fn name(text: &[u8]) -> Result<HeaderName, ApplyError> {
    HeaderName::from_bytes(text).map_err(|_| ApplyError::new(MessagePart::HeaderName, text))
}

fn value(text: &[u8]) -> Result<HeaderValue, ApplyError> {
    HeaderValue::from_bytes(text).map_err(|_| ApplyError::new(MessagePart::HeaderValue, text))
}
