//! Flash, RAM and symbols of a 32-bit little-endian ELF file.

use std::path::Path;

use crate::tools::process::{Failure, Result};

/// A program for a board.
pub(super) struct Image {
    /// Bytes of instructions.
    pub(super) code: u32,
    /// Bytes of constants, data and the vector table among them.
    pub(super) constants: u32,
    /// Bytes of statics.
    pub(super) statics: u32,
    /// Names as mangled.
    pub(super) symbols: Vec<String>,
}

/// One entry of the section table (ELF specification, figure 1-8).
struct Section<'a> {
    name: u32,
    kind: u32,
    flags: u32,
    size: u32,
    link: u32,
    bytes: &'a [u8],
}

const SYMBOL_TABLE: u32 = 2;
const NO_BITS: u32 = 8;
const WRITE: u32 = 1;
const ALLOC: u32 = 2;
const EXECUTE: u32 = 4;

impl Image {
    pub(super) fn read(path: &Path) -> Result<Self> {
        Self::parse(&std::fs::read(path)?)
            .ok_or_else(|| Failure::Failed(format!("{} is no 32-bit ELF file", path.display())))
    }

    fn parse(file: &[u8]) -> Option<Self> {
        if file.get(..6)? != b"\x7fELF\x01\x01" {
            return None;
        }
        let (table, entry_size) = (word(file, 32)? as usize, half(file, 46)? as usize);
        let sections: Vec<Section<'_>> = (0..half(file, 48)? as usize)
            .map(|k| section(file, file.get(table + k * entry_size..)?))
            .collect::<Option<_>>()?;
        let section_names = sections.get(half(file, 50)? as usize)?.bytes;
        let mut image = Self { code: 0, constants: 0, statics: 0, symbols: Vec::new() };
        for section in &sections {
            let name = text(section_names, section.name)?;
            if section.kind == SYMBOL_TABLE {
                let names = sections.get(section.link as usize)?.bytes;
                let symbols =
                    section.bytes.chunks_exact(16).filter_map(|symbol| text(names, word(symbol, 0)?));
                image.symbols.extend(symbols.filter(|name| !name.is_empty()));
            }
            // The runtimes reserve what is left of the RAM under these names; it is not used by being reserved.
            if section.flags & ALLOC == 0 || [".stack", ".heap"].contains(&name.as_str()) {
                continue;
            }
            let stored = section.kind != NO_BITS;
            match section.flags & (WRITE | EXECUTE) {
                WRITE => {
                    image.statics += section.size;
                    image.constants += if stored { section.size } else { 0 };
                }
                EXECUTE => image.code += section.size,
                _ if name == ".data" => image.statics += section.size,
                _ if stored => image.constants += section.size,
                _ => {}
            }
        }
        Some(image)
    }

    /// Functions of `core` that panic, by their last name, sorted.
    pub(super) fn panics(&self) -> Vec<String> {
        let panics = self.symbols.iter().filter(|name| name.contains("4core") && is_panic(name));
        let mut names: Vec<String> = panics.map(|name| last_name(name).to_owned()).collect();
        names.sort();
        names.dedup();
        names
    }

    /// Symbols of an allocator or of formatting.
    pub(super) fn forbidden(&self) -> Vec<&str> {
        let forbidden = |name: &&String| name.contains("__rust_alloc") || name.contains("4core3fmt");
        let v0_fmt = |name: &&String| name.contains("_4core") && name.contains("3fmt");
        self.symbols.iter().filter(|name| forbidden(name) || v0_fmt(name)).map(String::as_str).collect()
    }
}

fn is_panic(name: &str) -> bool {
    name.contains("9panicking") || name.contains("_fail")
}

/// `panic_fmt` of `_RNvNtCs…_4core9panicking9panic_fmt` or `_ZN4core9panicking9panic_fmt17h0123456789abcdefE`.
fn last_name(mangled: &str) -> &str {
    let mangled = match mangled.strip_suffix('E') {
        Some(legacy) if mangled.starts_with("_ZN") => &legacy[..legacy.len().saturating_sub(19)],
        _ => mangled,
    };
    mangled.rsplit(|c: char| c.is_ascii_digit()).next().unwrap_or(mangled)
}

fn section<'a>(file: &'a [u8], entry: &[u8]) -> Option<Section<'a>> {
    let (kind, offset, size) = (word(entry, 4)?, word(entry, 16)? as usize, word(entry, 20)?);
    let bytes = if kind == NO_BITS { &[] } else { file.get(offset..offset + size as usize)? };
    Some(Section { name: word(entry, 0)?, kind, flags: word(entry, 8)?, size, link: word(entry, 24)?, bytes })
}

fn text(table: &[u8], at: u32) -> Option<String> {
    let bytes = table.get(at as usize..)?.split(|byte| *byte == 0).next()?;
    Some(String::from_utf8_lossy(bytes).into_owned())
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{Image, last_name};

    #[test]
    fn last_names_of_both_manglings() {
        let legacy = "_ZN4core9panicking18panic_bounds_check17h9fce2875af307a01E";
        assert_eq!(last_name(legacy), "panic_bounds_check", "legacy");
        assert_eq!(last_name("_RNvNtCs7ldSeZOOJos_4core9panicking9panic_fmt"), "panic_fmt", "v0");
    }

    #[test]
    fn another_file_is_refused() {
        assert!(Image::parse(b"\x7fELF\x02\x01 and more").is_none(), "64 bits");
        assert!(Image::parse(b"\x7fELF\x01\x01").is_none(), "cut short");
    }
}
