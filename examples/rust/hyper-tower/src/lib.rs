//! A reverse proxy whose routes are a table: a tower layer decides, the service in
//! it forwards. The table is replaced while requests are answered.
//!
//! [`RouteLayer`] is what one would take into a proxy of one's own. It answers what no
//! backend answers, changes the head of what is sent on, tells the service within by a
//! request extension which [`Backend`] was chosen, and edits the response.
//!
//! A decision borrows the request and the thread's reader, so it is read to its end
//! before the first `await`.

mod forward;
mod route;

pub use forward::{Forward, ProxyBody, Unreachable, empty, full};
pub use route::{Backend, RouteLayer, RouteService};
