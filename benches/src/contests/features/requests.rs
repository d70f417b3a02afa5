//! What requests of the plain kind bring, and to which of a table's gateways they go.

use std::net::IpAddr;

use fingerpost::{Request, Scheme, Table};

use super::{HOST, base};

/// The second gateway of a table that has two; both lead to the same rules.
const SECOND: &str = "second";

/// Requests of one kind.
pub(super) struct Brought {
    /// Their name in the record.
    pub(super) name: &'static str,
    /// Path and query of a request for a rule.
    pub(super) target: fn(usize) -> String,
    /// Gateways of the table besides the one that it has by itself.
    pub(super) more_gateways: &'static [&'static str],
    /// What a request brings more or otherwise.
    change: for<'r> fn(Request<'r>, &Table) -> Request<'r>,
}

/// What every kind of rule is asked.
pub(super) const PLAIN: Brought = Brought {
    name: "",
    target: |at| format!("{}/items/42?lang=de", base(at)),
    more_gateways: &[],
    change: |request, _| request,
};

/// What the plain kind of rule is asked besides.
pub(super) const BROUGHT: &[Brought] = &[
    Brought {
        name: "request without a query",
        target: |at| format!("{}/items/42", base(at)),
        ..PLAIN
    },
    Brought {
        name: "request over TLS, with a server name",
        change: |request, _| {
            let request = request.with_scheme(Scheme::Https);
            request.with_sni(HOST.as_bytes())
        },
        ..PLAIN
    },
    Brought {
        name: "request with the host in upper case",
        change: |request, _| request.with_authority(b"SHOP.EXAMPLE"),
        ..PLAIN
    },
    Brought {
        name: "request with an escape in the path",
        target: |at| format!("{}/items/4%202?lang=de", base(at)),
        ..PLAIN
    },
    Brought {
        name: "request to one of two gateways",
        more_gateways: &[SECOND],
        change: |request, table| match table.gateways_named(SECOND).next() {
            Some(gateway) => request.with_gateway(gateway),
            None => request,
        },
        ..PLAIN
    },
    Brought {
        name: "request to any of two gateways",
        more_gateways: &[SECOND],
        ..PLAIN
    },
];

impl Brought {
    /// A request for a table.
    pub(super) fn request<'r>(
        &self,
        table: &Table,
        target: &'r str,
        headers: &'r [(&'r [u8], &'r [u8])],
    ) -> Request<'r> {
        let request = Request::new(b"GET", target.as_bytes())
            .with_authority(HOST.as_bytes())
            .with_headers(headers)
            .with_source_ip(IpAddr::from([10, 1, 2, 3]));
        (self.change)(request, table)
    }
}
