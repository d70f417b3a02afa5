//! From the request as its owner holds it to the engine's borrowed one.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::decision::draw::Draws;
use crate::diagnostic::codes::request as codes;
use crate::matcher::request::Request;
use crate::table::{GatewayId, Table};

use super::error::RequestError;
use super::request::RequestJson;

impl RequestJson {
    /// Puts the request to a table: `ask` gets it in the engine's form, with its
    /// random numbers.
    ///
    /// # Errors
    ///
    /// The request names a gateway that the table does not have, or several.
    pub fn ask<R>(
        &self,
        table: &Table,
        ask: impl FnOnce(&Request<'_>, Draws<'_>) -> R,
    ) -> Result<R, RequestError> {
        let headers: Vec<_> = self.headers().collect();
        let attributes: Vec<_> = self
            .attributes()
            .map(|(name, value)| (name, value.as_bytes()))
            .collect();
        let mut request = Request::new(self.method(), self.path())
            .with_scheme(self.scheme())
            .with_protocol(self.protocol())
            .with_headers(&headers)
            .with_attributes(&attributes);
        if let Some(authority) = self.authority() {
            request = request.with_authority(authority);
        }
        if let Some(name) = self.gateway() {
            request = request.with_gateway(gateway(table, name)?);
        }
        if let Some(listener) = self.listener() {
            request = request.with_listener(listener);
        }
        if let Some(port) = self.port() {
            request = request.with_port(port);
        }
        if let Some(sni) = self.sni() {
            request = request.with_sni(sni.as_bytes());
        }
        if let Some(namespace) = self.client_namespace() {
            request = request.with_client_namespace(namespace);
        }
        if let Some(ip) = self.source_ip() {
            request = request.with_source_ip(ip);
        }
        if let Some(ip) = self.destination_ip() {
            request = request.with_destination_ip(ip);
        }
        let draws = match self.fixed_draw() {
            Some(draw) => Draws::fixed(draw),
            None => Draws::list(self.draws()),
        };
        Ok(ask(&request, draws))
    }
}

fn gateway(table: &Table, name: &str) -> Result<GatewayId, RequestError> {
    let mut named = table.gateways_named(name);
    let Some(first) = named.next() else {
        let name = super::parse::shown(name);
        let message = match table.has_names() {
            true => format!("there is no gateway '{name}'"),
            false => format!("there is no gateway '{name}': the table has no names of gateways"),
        };
        return Err(RequestError::at(codes::UNKNOWN_GATEWAY, "gateway", message));
    };
    if let Some(second) = named.next() {
        let list: Vec<String> = [first, second]
            .iter()
            .map(|id| format!("{}", table.gateway_name(*id)))
            .collect();
        let message = format!("'{name}' names several gateways: {}", list.join(", "));
        return Err(RequestError::at(
            codes::AMBIGUOUS_GATEWAY,
            "gateway",
            message,
        ));
    }
    Ok(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::Compiler;
    use crate::model::RouteSet;

    #[test]
    fn the_first_random_number_is_the_one_that_shares_go_by() {
        let table = Compiler::new().compile(&RouteSet::new()).table;
        for (json, want) in [
            (r#"{"path":"/"}"#, 0),
            (r#"{"path":"/","random":7}"#, 7),
            (r#"{"path":"/","random":[8,9]}"#, 8),
            (r#"{"path":"/","random":[]}"#, 0),
        ] {
            let mut request = RequestJson::new();
            request.parse(json.as_bytes()).unwrap();
            let random = request.ask(&table, |request, draws| draws.numbered(*request).random());
            assert_eq!(random.unwrap(), Some(want), "{json}");
        }
    }
}
