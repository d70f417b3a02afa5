//! Requests and answers.

use std::fmt::{self, Display, Formatter};

use fingerpost::oracle::{Answer, Draws, Edit, Request};

/// Prints a request.
pub struct Asked<'a>(pub &'a Request);

/// Prints an answer.
pub struct Answered<'a>(pub &'a Answer);

impl Display for Asked<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let text = |bytes: &[u8]| bytes.escape_ascii().to_string();
        let request = self.0;
        write!(f, "{} {}", text(&request.method), text(&request.target))?;
        write!(f, " authority={:?}", request.authority.as_deref().map(text))?;
        write!(f, " {:?} {:?}", request.protocol, request.scheme)?;
        if let Some(gateway) = &request.gateway {
            write!(f, " gateway={gateway}")?;
        }
        if let Some(port) = request.port {
            write!(f, " port={port}")?;
        }
        if let Some(address) = request.source_ip {
            write!(f, " source={address}")?;
        }
        if let Some(address) = request.destination_ip {
            write!(f, " destination={address}")?;
        }
        if let Some(sni) = &request.sni {
            write!(f, " sni={}", text(sni))?;
        }
        if let Some(namespace) = &request.client_namespace {
            write!(f, " client={namespace}")?;
        }
        match &request.draws {
            Draws::Same(number) => write!(f, " draw={number:#x}")?,
            Draws::List(numbers) => write!(f, " draws={numbers:x?}")?,
        }
        write!(f, " random={:#x}", request.random)?;
        for (name, value) in &request.attributes {
            write!(f, " ({name}: {})", text(value))?;
        }
        for (name, value) in &request.headers {
            write!(f, " [{}: {}]", text(name), text(value))?;
        }
        Ok(())
    }
}

impl Display for Answered<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let text = |bytes: &[u8]| bytes.escape_ascii().to_string();
        match self.0 {
            Answer::Forward(forward) => {
                f.write_str("forward")?;
                for step in &forward.trail {
                    write!(f, " {}.{}", step.route, step.rule)?;
                    if let Some(matched) = step.matched {
                        write!(f, ".{matched}")?;
                    }
                }
                let authority = forward.authority.as_deref().map(text);
                write!(f, " to {} {}", forward.backend.name, text(&forward.target))?;
                write!(f, " authority={authority:?}")?;
                write!(
                    f,
                    " {} from request={}",
                    text(&forward.method),
                    forward.from_request
                )?;
                write!(f, " host from backend={}", forward.host_from_backend)?;
                for backend in &forward.failover {
                    write!(f, " failover {}", backend.name)?;
                }
                f.write_str(" request")?;
                edits(f, &forward.request_edits)?;
                f.write_str(" response")?;
                edits(f, &forward.response_edits)?;
                pairs(f, "head", &forward.head)?;
                for (backend, selected) in &forward.mirrors {
                    write!(f, " mirror {}={selected}", backend.name)?;
                }
                pairs(f, "captures", &forward.captures)?;
                write!(f, " hash={:x?}", forward.hash)?;
                write!(f, " metadata={:?}", forward.metadata)?;
                pairs(f, "cors", &forward.cors)?;
                write!(f, " delayed={}", forward.delayed)
            }
            Answer::Redirect(redirected) => {
                let location = text(&redirected.location);
                write!(f, "redirect {} {location}", redirected.status)?;
                write!(f, " own host={}", redirected.host_from_request)?;
                edits(f, &redirected.response_edits)?;
                pairs(f, "cors", &redirected.cors)
            }
            Answer::Respond(responded) => {
                write!(f, "respond {}", responded.status)?;
                write!(f, " {:?}", text(&responded.body))?;
                edits(f, &responded.response_edits)?;
                pairs(f, "cors", &responded.cors)
            }
            Answer::OneOf(answers) => {
                f.write_str("one of")?;
                for answer in answers {
                    write!(f, "\n        {}", Answered(answer))?;
                }
                Ok(())
            }
            other => write!(f, "{other:?}"),
        }
    }
}

fn edits(f: &mut Formatter<'_>, edits: &[Edit]) -> fmt::Result {
    for edit in edits {
        let (name, value) = (edit.name.escape_ascii(), edit.value.escape_ascii());
        write!(f, " {:?} {name}=\"{value}\"", edit.verb)?;
    }
    Ok(())
}

fn pairs<N: AsRef<[u8]>>(f: &mut Formatter<'_>, what: &str, pairs: &[(N, Vec<u8>)]) -> fmt::Result {
    if !pairs.is_empty() {
        write!(f, " {what}")?;
    }
    for (name, value) in pairs {
        let name = name.as_ref().escape_ascii();
        write!(f, " [{name}: {}]", value.escape_ascii())?;
    }
    Ok(())
}
