//! Facts: see `table/fact.rs` for what is made here.

use super::Build;
use crate::model::Fact;
use crate::table::fact::FactEntry;

impl Build<'_> {
    /// A header.
    pub(crate) fn header_fact(&mut self, name: &str) -> FactEntry {
        let is_upper = name.bytes().any(|byte| byte.is_ascii_uppercase());
        FactEntry::Header(match is_upper {
            true => self.text(&name.to_ascii_lowercase()),
            false => self.text(name),
        })
    }

    /// A fact with its name in the table's texts.
    pub(crate) fn fact(&mut self, fact: &Fact) -> FactEntry {
        match fact {
            Fact::Path => FactEntry::Path,
            Fact::RawPath => FactEntry::RawPath,
            Fact::Method => FactEntry::Method,
            Fact::Scheme => FactEntry::Scheme,
            Fact::Host => FactEntry::Host,
            Fact::Authority => FactEntry::Authority,
            Fact::AuthorityPort => FactEntry::AuthorityPort,
            Fact::Port => FactEntry::Port,
            Fact::Version => FactEntry::Version,
            Fact::RawQuery => FactEntry::RawQuery,
            Fact::Header(name) => self.header_fact(name),
            Fact::Query(name) => FactEntry::Query(self.text(name)),
            Fact::RawQueryParameter(name) => FactEntry::RawQueryParameter(self.text(name)),
            Fact::Cookie(name) => FactEntry::Cookie(self.text(name)),
            Fact::Attribute(name) => FactEntry::Attribute(self.text(name)),
            Fact::SourceIp => FactEntry::SourceIp,
            Fact::DestinationIp => FactEntry::DestinationIp,
            Fact::Sni => FactEntry::Sni,
            Fact::ClientNamespace => FactEntry::ClientNamespace,
            Fact::GrpcService => FactEntry::GrpcService,
            Fact::GrpcMethod => FactEntry::GrpcMethod,
            Fact::Grpc => FactEntry::Grpc,
        }
    }
}
