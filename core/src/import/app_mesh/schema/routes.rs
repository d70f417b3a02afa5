//! GatewayRoute and VirtualRouter.

use crate::import::schema::{Field, NO_LIMIT, Object, Schema, int, list, one_of};

use super::matches::{
    GATEWAY_GRPC, GATEWAY_HTTP, GRPC_RETRY, GRPC_REWRITE, HTTP_RETRY, HTTP_REWRITE, ROUTER_GRPC,
    ROUTER_HTTP, ROUTER_TCP,
};
use super::{
    ANY_TEXT, MESH_REF, NAME_REF, PORT, PORT_NUMBER, PRIORITY, TCP_TIMEOUT, TIMEOUT, kubernetes,
};

/// The routes of a router, which are the same in every form but for their targets
/// and retries: `HTTP_ROUTE`, `GRPC_ROUTE`, `TCP_ROUTE`, for the target and the
/// retry policies that the form has.
macro_rules! router_routes {
    (target: $target:ident, http_retry: $http:ident, grpc_retry: $grpc:ident) => {
        static HTTP_ROUTE: Object = Object::closed(&[
            Field::required("action", Schema::Object(&ACTION)),
            Field::required("match", Schema::Object(&ROUTER_HTTP)),
            Field::optional("retryPolicy", Schema::Object(&$http)),
            Field::optional("timeout", TIMEOUT),
        ]);

        static GRPC_ROUTE: Object = Object::closed(&[
            Field::required("action", Schema::Object(&ACTION)),
            Field::required("match", Schema::Object(&ROUTER_GRPC)),
            Field::optional("retryPolicy", Schema::Object(&$grpc)),
            Field::optional("timeout", TIMEOUT),
        ]);

        static TCP_ROUTE: Object = Object::closed(&[
            Field::required("action", Schema::Object(&ACTION)),
            Field::optional("match", Schema::Object(&ROUTER_TCP)),
            Field::optional("timeout", TCP_TIMEOUT),
        ]);

        static ACTION: Object =
            Object::closed(&[Field::required("weightedTargets", list(1, 10, &$target))]);
    };
}
pub(super) use router_routes;

/// A GatewayRoute.
pub(super) static GATEWAY_ROUTE: Schema = kubernetes!(&GATEWAY_ROUTE_SPEC);

static GATEWAY_ROUTE_SPEC: Object = Object::closed(&[
    Field::optional("awsName", ANY_TEXT),
    Field::optional("grpcRoute", Schema::Object(&GATEWAY_GRPC_ROUTE)),
    Field::optional("http2Route", Schema::Object(&GATEWAY_HTTP_ROUTE)),
    Field::optional("httpRoute", Schema::Object(&GATEWAY_HTTP_ROUTE)),
    MESH_REF,
    Field::optional("priority", PRIORITY),
    Field::optional(
        "virtualGatewayRef",
        Schema::Object(&Object::closed(&[
            Field::required("name", ANY_TEXT),
            Field::optional("namespace", ANY_TEXT),
            Field::required("uid", ANY_TEXT),
        ])),
    ),
]);

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
    Field::required("virtualService", Schema::Object(&SERVICE)),
]);

static SERVICE: Object = Object::closed(&[
    Field::optional("virtualServiceARN", ANY_TEXT),
    Field::optional("virtualServiceRef", Schema::Object(&NAME_REF)),
]);

/// A VirtualRouter.
pub(super) static VIRTUAL_ROUTER: Schema = kubernetes!(&VIRTUAL_ROUTER_SPEC);

static VIRTUAL_ROUTER_SPEC: Object = Object::closed(&[
    Field::optional("awsName", ANY_TEXT),
    Field::optional("listeners", list(1, NO_LIMIT, &ROUTER_LISTENER)),
    MESH_REF,
    Field::optional("routes", list(0, NO_LIMIT, &ROUTE)),
]);

/// A VirtualRouter whose routes are not looked at.
pub(super) static ROUTER_WITHOUT_ROUTES: Schema = kubernetes!(&ROUTERS_OWN_SPEC);

static ROUTERS_OWN_SPEC: Object = Object::closed(&[
    Field::optional("awsName", ANY_TEXT),
    Field::optional("listeners", list(1, NO_LIMIT, &ROUTER_LISTENER)),
    MESH_REF,
    Field::optional("routes", list(0, NO_LIMIT, &Schema::Any)),
]);

/// A router's listener.
pub(super) static ROUTER_LISTENER: Schema = Schema::Object(&Object::closed(&[Field::required(
    "portMapping",
    Schema::Object(&Object::closed(&[
        Field::required("port", PORT),
        Field::required("protocol", one_of(&["grpc", "http", "http2", "tcp"])),
    ])),
)]));

/// A route inside a router.
pub(in crate::import::app_mesh) static ROUTE: Schema = Schema::Object(&Object::closed(&[
    Field::optional("grpcRoute", Schema::Object(&GRPC_ROUTE)),
    Field::optional("http2Route", Schema::Object(&HTTP_ROUTE)),
    Field::optional("httpRoute", Schema::Object(&HTTP_ROUTE)),
    Field::required("name", ANY_TEXT),
    Field::optional("priority", PRIORITY),
    Field::optional("tcpRoute", Schema::Object(&TCP_ROUTE)),
]));

/// A kind `Route`, which the controller does not have: a route in place of a spec. What
/// articles write beside it is not looked at.
pub(in crate::import::app_mesh) static LOOSE_ROUTE: Schema =
    Schema::Object(&Object::open(&[Field::required(
        "spec",
        Schema::Object(&Object::open(&[
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
    Field::optional("virtualNodeARN", ANY_TEXT),
    Field::optional("virtualNodeRef", Schema::Object(&NAME_REF)),
    Field::required("weight", int(0, 100)),
]));
