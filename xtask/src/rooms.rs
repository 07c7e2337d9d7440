//! The arrows between the folders: commands use tools, and no tool a command.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Every file of a folder, as a path below it.
fn sources(root: &Path, folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(root.join(folder)).expect("a folder") {
        let entry = entry.expect("an entry");
        let path = folder.join(entry.file_name());
        if entry.path().is_dir() {
            sources(root, &path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
}

/// The modules that a file names by `crate::` or `super::`, as paths from the crate's root: the first two names, or one that is
/// listed in braces.
fn named(file: &Path, text: &str) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    let here = if file.ends_with("mod.rs") { file.parent() } else { Some(file) };
    let above = here.and_then(Path::parent).unwrap_or(Path::new("")).to_owned();
    for (start, from) in [("crate::", PathBuf::new()), ("super::", above)] {
        for part in code.join("\n").split(start).skip(1) {
            let name = |text: &str| -> String {
                text.chars().take_while(|sign| sign.is_alphanumeric() || *sign == '_').collect()
            };
            let first = name(part);
            let base = if first.is_empty() { from.clone() } else { from.join(&first) };
            let rest = part[first.len()..].trim_start_matches("::");
            match rest.strip_prefix('{') {
                Some(list) => {
                    let list = list.split('}').next().unwrap_or_default();
                    found.extend(list.split(',').map(|item| base.join(name(item.trim()))));
                }
                None => _ = found.insert(base.join(name(rest))),
            }
        }
    }
    found
}

fn files() -> BTreeMap<PathBuf, BTreeSet<PathBuf>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&root, Path::new(""), &mut found);
    found.retain(|file| file != Path::new("rooms.rs"));
    let read = |file: &PathBuf| std::fs::read_to_string(root.join(file)).expect("a file");
    found.iter().map(|file| (file.clone(), named(file, &read(file)))).collect()
}

#[test]
fn no_tool_knows_a_command() {
    let files = files();
    assert!(files.len() > 20, "the sources are found");
    for (file, names) in files.iter().filter(|(file, _)| file.starts_with("tools")) {
        for name in names {
            assert!(!name.starts_with("commands"), "{}: {}", file.display(), name.display());
        }
    }
}

#[test]
fn no_two_files_name_each_other() {
    let files = files();
    // The file that a path of modules is, or is an item of.
    let owner = |name: &PathBuf| {
        name.ancestors().find_map(|path| {
            [path.with_extension("rs"), path.join("mod.rs")].into_iter().find(|file| files.contains_key(file))
        })
    };
    let known: BTreeMap<&PathBuf, BTreeSet<PathBuf>> =
        files.iter().map(|(file, names)| (file, names.iter().filter_map(owner).collect())).collect();
    for (file, others) in &known {
        for other in others.iter().filter(|other| other != file) {
            assert!(!known[other].contains(*file), "{} and {}", file.display(), other.display());
        }
    }
}
