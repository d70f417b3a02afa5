//! The documentation of the format lists what is written.

use alloc::format;
use alloc::string::String;
use core::convert::Infallible;

use super::coded::Coded;
use super::{Each, Item};
use crate::table::section::Section;
use crate::table::{GatewayEntry, Sections, StageEntry};

const PAGE: &str = include_str!("../../../../docs/snapshot-format.md");

/// Notes the name and kind of each part.
struct Rows(String);

impl Each for Rows {
    type Fault = Infallible;

    fn section<T: Item>(
        &mut self,
        name: &'static str,
        _: &mut Section<T>,
    ) -> Result<(), Infallible> {
        let kind = match T::PLAIN {
            0 => String::from("coded"),
            1 => String::from("plain, 1 byte"),
            bytes => format!("plain, {bytes} bytes"),
        };
        self.0.push_str(&format!("| {name} | {kind} |\n"));
        Ok(())
    }

    fn value<T: Coded>(&mut self, name: &'static str, _: &mut T) -> Result<(), Infallible> {
        self.0.push_str(&format!("| {name} | value |\n"));
        Ok(())
    }
}

#[test]
fn the_page_lists_every_part_in_order() {
    let mut sections = Sections::default();
    sections.gateways.push(GatewayEntry::default());
    sections.stages.push(StageEntry::default());
    let mut written = Rows(String::new());
    let Ok(()) = sections.each(&mut written);
    let Ok(()) = sections.names.each(&mut written);
    let (_, listed) = PAGE.split_once("<!-- parts: begin").unwrap();
    let (listed, _) = listed.split_once("<!-- parts: end").unwrap();
    let mut rows = String::new();
    for line in listed.lines().filter(|line| line.starts_with("| ")) {
        let cells: alloc::vec::Vec<&str> = line.split('|').collect();
        rows.push_str(&format!("|{}|{}|\n", cells[1], cells[2]));
    }
    assert_eq!(rows, written.0);
}
