//! `v1beta1`, as far as it decides about routing: a VirtualService with its routes.

use crate::import::schema::{Field, NO_LIMIT, Object, Schema, int, list};

use super::matches::{GRPC_EVENT, HTTP_EVENT, ROUTER_GRPC, ROUTER_HTTP, ROUTER_TCP, TCP_EVENT};
use super::routes::{ROUTER_LISTENER, router_routes};
use super::{ANY_TEXT, DURATION, PORT_NUMBER, PRIORITY, TCP_TIMEOUT, TIMEOUT, kubernetes};

/// A VirtualService.
pub(super) static VIRTUAL_SERVICE: Schema = kubernetes!(&SPEC);

static SPEC: Object = Object::closed(&[
    Field::required("meshName", ANY_TEXT),
    // Each is checked on its own, by [`ROUTE`].
    Field::optional("routes", list(0, NO_LIMIT, &Schema::Any)),
    Field::optional(
        "virtualRouter",
        Schema::Object(&Object::closed(&[
            Field::optional("listeners", list(0, NO_LIMIT, &ROUTER_LISTENER)),
            Field::required("name", ANY_TEXT),
        ])),
    ),
]);

/// A route inside a VirtualService.
pub(in crate::import::app_mesh) static ROUTE: Schema = Schema::Object(&Object::closed(&[
    Field::optional("grpc", Schema::Object(&GRPC_ROUTE)),
    Field::optional("http", Schema::Object(&HTTP_ROUTE)),
    Field::optional("http2", Schema::Object(&HTTP_ROUTE)),
    Field::required("name", ANY_TEXT),
    Field::optional("priority", PRIORITY),
    Field::optional("tcp", Schema::Object(&TCP_ROUTE)),
]));

router_routes!(target: WEIGHTED_TARGET, http_retry: RETRY, grpc_retry: RETRY);

static WEIGHTED_TARGET: Schema = Schema::Object(&Object::closed(&[
    Field::optional("port", PORT_NUMBER),
    Field::required("virtualNodeName", ANY_TEXT),
    Field::required("weight", int(0, 100)),
]));

static RETRY: Object = Object::closed(&[
    Field::optional("grpcRetryEvents", list(0, 5, &GRPC_EVENT)),
    Field::optional("httpRetryEvents", list(0, 25, &HTTP_EVENT)),
    Field::required("maxRetries", int(0, i64::MAX)),
    Field::optional("perRetryTimeout", DURATION),
    Field::optional("perRetryTimeoutMillis", int(0, i64::MAX)),
    Field::optional("tcpRetryEvents", list(0, 1, &TCP_EVENT)),
]);
