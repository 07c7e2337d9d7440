//! The arrows between the rooms of `src`: methods know the traits, models implement them, all use the base, and no two
//! files import each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const METHODS: [&str; 6] = ["sgd", "path", "curvature", "flow", "diffusion", "smoothing"];
/// What the crate's root exports again, by the room that it is from.
const ROOT: [(&str, &[&str]); 2] = [
    ("base", &["ArgError", "Reason", "Real"]),
    ("objective", &["Objective", "SampledObjective", "Curvature", "SampledCurvature", "Operator"]),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
}

/// The names that `use` lists under a prefix, written out: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn listed(prefix: &str, tree: &str, out: &mut Vec<String>) {
    let Some((head, rest)) = tree.split_once('{') else {
        out.push(format!("{prefix}{}", tree.split(" as ").next().unwrap_or_default().trim()));
        return;
    };
    let (mut depth, mut from) = (0, 0);
    let inner = rest.rsplit_once('}').map_or(rest, |(inner, _)| inner);
    for (at, sign) in inner.char_indices().chain([(inner.len(), ',')]) {
        match sign {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                if !inner[from..at].trim().is_empty() {
                    listed(&format!("{prefix}{}", head.trim()), inner[from..at].trim(), out);
                }
                from = at + 1;
            }
            _ => {}
        }
    }
}

/// Where a file is, as a path of modules.
fn module(file: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        file.with_extension("").iter().map(|name| name.to_str().expect("a name").to_owned()).collect();
    names.pop_if(|name| name == "mod");
    names
}

/// What a file imports, as paths of modules from the crate's root, tests left out.
fn imports(file: &Path, text: &str) -> BTreeSet<Vec<String>> {
    let code: String = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default()
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n");
    let mut all = Vec::new();
    for part in code.split("use ").skip(1) {
        let tree = part.split(';').next().unwrap_or_default();
        if ["crate::", "super::", "self::"].iter().any(|start| tree.starts_with(start)) {
            listed("", tree, &mut all);
        }
    }
    let here = module(file);
    all.iter()
        .map(|name| {
            let mut parts: Vec<String> = name.split("::").map(str::to_owned).collect();
            let mut from = here.clone();
            while parts[0] == "super" {
                from.pop();
                parts.remove(0);
            }
            match parts[0].as_str() {
                "crate" => parts.split_off(1),
                "self" => [from, parts.split_off(1)].concat(),
                _ => [from, parts].concat(),
            }
        })
        .collect()
}

/// Each file with what it imports; test files left out.
fn files() -> BTreeMap<PathBuf, BTreeSet<Vec<String>>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&root, &mut found);
    let of_tests = ["tests.rs", "hole.rs", "symmetric.rs"];
    found.retain(|file| !of_tests.iter().any(|name| file.ends_with(name)));
    let read = |file: &PathBuf| std::fs::read_to_string(file).expect("a file");
    let inside = |file: &PathBuf| file.strip_prefix(&root).expect("inside").to_owned();
    found.iter().map(|file| (inside(file), imports(&inside(file), &read(file)))).collect()
}

fn room(path: &[String]) -> &str {
    let first = path[0].as_str();
    ROOT.iter().find(|(_, names)| names.contains(&first)).map_or(first, |(room, _)| *room)
}

#[test]
fn arrows_point_downward() {
    let files = files();
    assert!(files.len() > 100, "the sources are found");
    for (file, imports) in &files {
        let here = module(file);
        let from = here[0].as_str();
        let mut below = match from {
            "base" => vec![],
            "objective" => vec!["base"],
            "lib" | "prelude" => continue,
            _ => vec!["base", "objective"],
        };
        below.push(from);
        assert!(
            METHODS.contains(&from) || ["base", "objective", "models"].contains(&from),
            "{from} is no room"
        );
        for import in imports {
            assert!(below.contains(&room(import)), "{}: {}", file.display(), import.join("::"));
        }
    }
}

#[test]
fn no_two_files_import_each_other() {
    let files = files();
    let modules: BTreeMap<Vec<String>, &PathBuf> = files.keys().map(|file| (module(file), file)).collect();
    // The file of the longest path of modules in a name: what follows is an item of it.
    let owner = |name: &Vec<String>| (1..=name.len()).rev().find_map(|n| modules.get(&name[..n]).copied());
    let known: BTreeMap<&PathBuf, BTreeSet<&PathBuf>> = files
        .iter()
        .map(|(file, names)| (file, names.iter().filter_map(owner).filter(|other| *other != file).collect()))
        .collect();
    for (file, others) in &known {
        for other in others {
            assert!(!known[other].contains(file), "{} and {}", file.display(), other.display());
        }
    }
}
