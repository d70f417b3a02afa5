//! The AWS API's documents, as far as they decide about routing: the fields of the
//! CRDs, with names in place of references. What stands around the spec is not looked
//! at, because every call puts something else there.

use crate::import::schema::{Field, NO_LIMIT, Object, Schema, int, list};

use super::matches::{
    GATEWAY_GRPC, GATEWAY_HTTP, GRPC_RETRY, GRPC_REWRITE, HTTP_RETRY, HTTP_REWRITE, ROUTER_GRPC,
    ROUTER_HTTP, ROUTER_TCP,
};
use super::routes::{ROUTER_LISTENER, router_routes};
use super::{ANY_TEXT, PORT_NUMBER, PRIORITY, TCP_TIMEOUT, TIMEOUT};

/// A gateway route.
pub(super) static GATEWAY_ROUTE: Schema = Schema::Object(&Object::open(&[Field::required(
    "spec",
    Schema::Object(&Object::closed(&[
        Field::optional("grpcRoute", Schema::Object(&GATEWAY_GRPC_ROUTE)),
        Field::optional("http2Route", Schema::Object(&GATEWAY_HTTP_ROUTE)),
        Field::optional("httpRoute", Schema::Object(&GATEWAY_HTTP_ROUTE)),
        Field::optional("priority", PRIORITY),
    ])),
)]));

static GATEWAY_HTTP_ROUTE: Object = Object::closed(&[
    Field::required(
        "action",
        Schema::Object(&Object::closed(&[
            Field::optional("rewrite", Schema::Object(&HTTP_REWRITE)),
            Field::required("target", Schema::Object(&TARGET)),
        ])),
    ),
    Field::required("match", Schema::Object(&GATEWAY_HTTP)),
]);

static GATEWAY_GRPC_ROUTE: Object = Object::closed(&[
    Field::required(
        "action",
        Schema::Object(&Object::closed(&[
            Field::optional("rewrite", Schema::Object(&GRPC_REWRITE)),
            Field::required("target", Schema::Object(&TARGET)),
        ])),
    ),
    Field::required("match", Schema::Object(&GATEWAY_GRPC)),
]);

static TARGET: Object = Object::closed(&[
    Field::optional("port", PORT_NUMBER),
    Field::required(
        "virtualService",
        Schema::Object(&Object::closed(&[Field::required(
            "virtualServiceName",
            ANY_TEXT,
        )])),
    ),
]);

/// A route of a virtual router.
pub(super) static ROUTE: Schema = Schema::Object(&Object::open(&[Field::required(
    "spec",
    Schema::Object(&Object::closed(&[
        Field::optional("grpcRoute", Schema::Object(&GRPC_ROUTE)),
        Field::optional("http2Route", Schema::Object(&HTTP_ROUTE)),
        Field::optional("httpRoute", Schema::Object(&HTTP_ROUTE)),
        Field::optional("priority", PRIORITY),
        Field::optional("tcpRoute", Schema::Object(&TCP_ROUTE)),
    ])),
)]));

router_routes!(target: WEIGHTED_TARGET, http_retry: HTTP_RETRY, grpc_retry: GRPC_RETRY);

static WEIGHTED_TARGET: Schema = Schema::Object(&Object::closed(&[
    Field::optional("port", PORT_NUMBER),
    Field::required("virtualNode", ANY_TEXT),
    Field::required("weight", int(0, 100)),
]));

/// A virtual router.
pub(super) static VIRTUAL_ROUTER: Schema = Schema::Object(&Object::open(&[Field::required(
    "spec",
    Schema::Object(&Object::closed(&[Field::optional(
        "listeners",
        list(0, NO_LIMIT, &ROUTER_LISTENER),
    )])),
)]));

/// A virtual service.
pub(super) static VIRTUAL_SERVICE: Schema = Schema::Object(&Object::open(&[Field::optional(
    "spec",
    Schema::Object(&Object::closed(&[Field::optional(
        "provider",
        Schema::Object(&Object::closed(&[
            Field::optional(
                "virtualNode",
                Schema::Object(&Object::closed(&[Field::required(
                    "virtualNodeName",
                    ANY_TEXT,
                )])),
            ),
            Field::optional(
                "virtualRouter",
                Schema::Object(&Object::closed(&[Field::required(
                    "virtualRouterName",
                    ANY_TEXT,
                )])),
            ),
        ])),
    )])),
)]));
