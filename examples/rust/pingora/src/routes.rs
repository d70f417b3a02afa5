//! The routes of the example.

use fingerpost::Table;
use fingerpost::builder::{BuildError, Route, Routes, any, path, segments};

/// A shop: a cart, an API under another path, an old address, and nothing else.
pub(crate) fn shop() -> Result<Table, BuildError> {
    let shop = Route::host("shop.example")
        .rule(
            segments("/cart")
                .to("cart")
                .set_response_header("x-served-by", "cart"),
        )
        .rule(
            segments("/api/users")
                .to("users")
                .rewrite_prefix("/v2")
                .rewrite_host("users.internal")
                .set_header("x-edge", "pingora")
                .remove_header("x-debug"),
        )
        .rule(path("/basket").redirect(308, "http://shop.example/cart"))
        .rule(any().respond(404).body("there is no such page\n"));
    Routes::new().route(shop).build()
}
