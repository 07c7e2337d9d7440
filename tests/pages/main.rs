//! What a reader copies from the pages works as it stands there.
#![cfg(test)]

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A block of code: the words after its fence, its lines, and what the page says before it.
struct Block {
    language: String,
    text: String,
    before: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut before = String::new();
    let mut open: Option<Block> = None;
    for line in page.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(language), None) => {
                open = Some(Block {
                    language: language.to_owned(),
                    text: String::new(),
                    before: core::mem::take(&mut before),
                });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some(block)) => block.text += &format!("{line}\n"),
            (None, None) => before += &format!("{line}\n"),
        }
    }
    blocks
}

/// The targets of links that are no addresses.
fn links(page: &str) -> Vec<&str> {
    let targets = page.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets
        .filter(|target| !target.contains("://") && !target.starts_with('#'))
        .map(|target| target.split('#').next().unwrap())
        .collect()
}

/// Their examples are also run, as documentation of `losscape` and of this crate.
#[test]
fn examples_compile_when_they_are_pasted() {
    for page in ["README.md", "core/README.md"] {
        let blocks = blocks(&read(page));
        assert!(blocks.iter().any(|block| block.language == "rust"), "{page} has an example");
        for Block { language, text, before } in blocks {
            match language.as_str() {
                "rust" => {
                    assert!(text.contains("\nfn main()"), "{page}: a program, not a fragment:\n{text}");
                    assert!(!text.contains("\n# "), "{page}: nothing that only rustdoc understands:\n{text}");
                }
                // An excerpt: from files that the paragraph before it links to, which are compiled.
                "rust,ignore" => {
                    let paragraph = before.trim_end().rsplit("\n\n").next().unwrap().to_owned();
                    let sources: Vec<String> = links(&paragraph).into_iter().map(read).collect();
                    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
                        let held = |source: &String| source.lines().any(|own| own.trim() == line);
                        assert!(sources.iter().any(held), "{page}: no linked file holds `{line}`");
                    }
                }
                other => assert!(!other.starts_with("rust"), "{page}: {other} is not compiled"),
            }
        }
    }
}

#[test]
fn pages_say_how_to_depend_on_the_crate() {
    let (major, minor) = env!("CARGO_PKG_VERSION").rsplit_once('.').unwrap().0.split_once('.').unwrap();
    let line = format!("losscape = \"{major}.{minor}\"");
    for page in ["README.md", "core/README.md"] {
        let blocks = blocks(&read(page));
        let found = blocks.iter().any(|block| block.language == "toml" && block.text.contains(&line));
        assert!(found, "{page}: {line}");
    }
}

/// docs.rs shows it.
#[test]
fn the_page_of_the_crate_begins_with_an_example() {
    let page = read("core/README.md");
    let rust = blocks(&page).into_iter().find(|block| block.language == "rust").unwrap();
    assert!(!rust.before.contains("\n## "), "no section comes first");
    assert!(rust.text.contains("assert"), "it asserts a known number");
}

#[test]
fn files_that_pages_link_to_are_there() {
    let pages = [
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "NOTICE.md",
        "benches/README.md",
        "core/README.md",
        "firmware/README.md",
        "wasm/npm/README.md",
        "web/README.md",
    ];
    let documents = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let documents = documents.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    for page in pages.iter().map(|page| root().join(page)).chain(documents) {
        let folder = page.parent().unwrap();
        for target in links(&read(&page)) {
            assert!(folder.join(target).exists(), "{}: {target}", page.display());
        }
    }
}

/// No release of a dependency may change a bit: those that compute are exact versions.
#[test]
fn dependencies_that_compute_are_exact_versions() {
    let manifest = read("core/Cargo.toml");
    for name in ["libm", "micromath", "rand_xoshiro"] {
        let line = manifest.lines().find(|line| line.starts_with(&format!("{name} = "))).expect(name);
        assert!(line.contains("version = \"="), "{line}");
    }
}

/// Who builds for a board elsewhere needs the compiler's options that our boards are built with.
#[test]
fn both_readmes_name_the_options_of_the_compiler() {
    let config = read("firmware/.cargo/config.toml");
    let options: Vec<&str> = config.split('"').filter(|word| word.starts_with("llvm-args=")).collect();
    assert!(options.len() >= 15, "three for each of five targets: {options:?}");
    for page in ["core/README.md", "firmware/README.md"] {
        let text = read(page);
        for option in &options {
            assert!(text.contains(option), "{page} lacks -C {option}");
        }
        assert!(text.contains("`z`"), "{page} warns of opt-level z");
    }
}

/// Each row of the ledger names a test that exists.
#[test]
fn claims_have_tests() {
    let ledger = read("docs/claims.md");
    let rows = ledger.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| claim "));
    let mut checked = 0;
    for row in rows {
        let cell = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        let (file, function) = cell.trim_matches('`').split_once("::").unwrap_or_else(|| panic!("{row}"));
        let path = if file.contains('/') { file.into() } else { format!("tests/claims/{file}.rs") };
        let text = read(&path);
        let at = text.find(&format!("fn {function}(")).unwrap_or_else(|| panic!("{path}: {function}"));
        let before = text[..at].trim_end();
        let test = before.rsplit("#[test]").next().is_some_and(|tail| tail.lines().count() <= 3);
        assert!(test && before.contains("#[test]"), "{path}: {function} is not a test");
        checked += 1;
    }
    assert!(checked > 50, "{checked}");
}

/// A section of the ledger names its exhibit, whose page shows the section's rows. Every exhibit has one but *Train*, which claims nothing of the literature.
#[test]
fn claims_and_exhibits_name_each_other() {
    let ledger = read("docs/claims.md");
    let named: Vec<&str> = ledger
        .split("(../web/")
        .skip(1)
        .filter_map(|rest| rest.split_once("/index.html)").map(|(key, _)| key))
        .collect();
    for key in &named {
        let page = read(format!("web/{key}/index.html"));
        assert!(page.contains("<!--ledger"), "web/{key}/index.html shows no claims");
    }
    let manifest = read("web/src/exhibits.json");
    for key in
        manifest.split("\"key\": \"").skip(1).filter_map(|rest| rest.split_once('"')).map(|(key, _)| key)
    {
        assert_eq!(named.contains(&key), key != "train", "docs/claims.md has a section of web/{key}");
    }
}

/// The rank correlations that three pages tell are those of the table.
#[test]
fn rank_correlations_are_those_of_the_table() {
    let table = read("docs/sharpness-ranks.csv");
    let column = |name: &str| -> Vec<f64> {
        let at = table.lines().next().unwrap().split(',').position(|head| head == name).unwrap();
        table.lines().skip(1).map(|row| row.split(',').nth(at).unwrap().parse().unwrap()).collect()
    };
    let tested = column("test_loss");
    assert_eq!(tested.len(), 200);
    for name in losscape_tests::sharp::NAMES {
        let found = losscape_tests::sharp::spearman(&column(name), &tested);
        let told = format!("{found:.2}").replace('-', "−");
        for page in ["docs/claims.md", "docs/curvature.md", "web/batch/index.html"] {
            assert!(read(page).contains(&told), "{page} does not tell {told} of {name}");
        }
    }
}
