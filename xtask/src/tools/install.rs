//! Programs that commands need beyond Rust: found, installed where that is allowed, or named.

use std::path::PathBuf;
use std::sync::{LazyLock, Mutex};

use crate::tools::paths;
use crate::tools::process::{Failure, Log, Result, Run, ask, find, program};

/// A program of the operating system's package manager.
#[derive(Clone, Copy)]
pub(crate) struct Tool {
    /// The program that must be on the path.
    program: &'static str,
    /// Packages of Debian and Ubuntu.
    debian: &'static str,
    /// How to get it on other systems.
    elsewhere: &'static str,
}

pub(crate) const QEMU_ARM: Tool = Tool {
    program: "qemu-system-arm",
    debian: "qemu-system-arm",
    elsewhere: "Fedora: dnf install qemu-system-arm; Arch: pacman -S qemu-system-arm; \
                macOS: brew install qemu; Windows: winget install SoftwareFreedomConservancy.QEMU",
};
pub(crate) const QEMU_RISCV: Tool = Tool {
    program: "qemu-system-riscv32",
    debian: "qemu-system-misc",
    elsewhere: "Fedora: dnf install qemu-system-riscv; Arch: pacman -S qemu-system-riscv; \
                macOS: brew install qemu; Windows: winget install SoftwareFreedomConservancy.QEMU",
};
pub(crate) const QEMU_AARCH64: Tool = Tool {
    program: "qemu-aarch64",
    debian: "qemu-user",
    elsewhere: "Fedora: dnf install qemu-user; Arch: pacman -S qemu-user; \
                macOS and Windows: user-mode QEMU is for Linux, run this in a Linux container",
};
pub(crate) const QEMU_S390X: Tool = Tool { program: "qemu-s390x", ..QEMU_AARCH64 };
pub(crate) const GCC_S390X: Tool = Tool {
    program: "s390x-linux-gnu-gcc",
    debian: "gcc-s390x-linux-gnu libc6-dev-s390x-cross",
    elsewhere: "Fedora: dnf install gcc-s390x-linux-gnu sysroot-s390x-fc*-glibc; \
                macOS and Windows: run this in a Linux container",
};
pub(crate) const PYTHON: Tool = Tool {
    program: "python3",
    debian: "python3 python3-venv",
    elsewhere: "Python 3.10 or later; Fedora: dnf install python3; Arch: pacman -S python; \
                macOS: brew install python; Windows: winget install Python.Python.3.13",
};
const NODE: Tool = Tool {
    program: "node",
    debian: "nodejs npm",
    elsewhere: "Node 20.19 or later with npm; Fedora: dnf install nodejs; Arch: pacman -S nodejs npm; \
                macOS: brew install node; Windows: winget install OpenJS.NodeJS.LTS",
};
/// Chromium without windows. The full one opens a window for each page, for five times the processor time of a small page.
const HEADLESS: Tool = Tool {
    program: "chromium-headless-shell",
    debian: "chromium-headless-shell",
    elsewhere: CHROMIUM.elsewhere,
};
const CHROMIUM: Tool = Tool {
    program: "chromium",
    debian: "chromium",
    elsewhere: "Fedora: dnf install chromium; Arch: pacman -S chromium; \
                macOS: brew install --cask google-chrome; Windows: winget install Google.Chrome; \
                or set CHROMIUM to the path of any Chromium",
};

/// Where Chromium hides outside the path.
const CHROMIUM_PATHS: [&str; 3] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/// One installer at a time: package managers hold locks.
static INSTALLER: Mutex<bool> = Mutex::new(false);

impl Tool {
    pub(crate) const fn program(&self) -> &'static str {
        self.program
    }

    /// Finds the program, or installs it where that is allowed.
    pub(crate) fn require(&self) -> Result<PathBuf> {
        match find(self.program) {
            Some(path) => Ok(path),
            None => self.install(),
        }
    }

    /// Installs the packages where that is allowed, and finds the program.
    pub(crate) fn install(&self) -> Result<PathBuf> {
        let mut updated = INSTALLER.lock().expect("an installer panicked");
        if let Some(apt) = apt() {
            let mut log = Log::new(&format!("install {}", self.program))?;
            if !*updated {
                // Without a network the lists of before may still know the package.
                *updated = apt("update").limit(120).log(&mut log).is_ok();
            }
            let install = format!("install -y --no-install-recommends {}", self.debian);
            apt(&install).limit(300).log(&mut log).map_err(|_| self.missing())?;
        }
        find(self.program).ok_or_else(|| self.missing())
    }

    /// The advice printed where the program is not available.
    pub(crate) fn missing(&self) -> Failure {
        Failure::Missing(self.advice())
    }

    fn advice(&self) -> String {
        format!(
            "install {} (Debian, Ubuntu: apt-get install {}; {})",
            self.program, self.debian, self.elsewhere
        )
    }
}

/// `apt-get`, where this process may use it: as root on Debian or Ubuntu, or in CI with sudo.
fn apt() -> Option<fn(&str) -> Run> {
    find("apt-get")?;
    if ask("id", "-u") == "0" {
        return Some(|words| program("apt-get").words(words).env("DEBIAN_FRONTEND", "noninteractive"));
    }
    let may_sudo = std::env::var_os("CI").is_some() && ask("sudo", "-n id -u") == "0";
    may_sudo.then_some(|words| {
        program("sudo").words("-n env DEBIAN_FRONTEND=noninteractive apt-get").words(words)
    })
}

/// The oldest Node that the page is built with; `web/package.json` says so too.
const OLDEST_NODE: [u32; 2] = [20, 19];

/// Node, if it is new enough: what a system's packages hold may not be.
pub(crate) fn node() -> Result<PathBuf> {
    let path = NODE.require()?;
    let version = ask("node", "--version");
    if is_new_enough(&version) {
        return Ok(path);
    }
    let [major, minor] = OLDEST_NODE;
    Err(Failure::Missing(format!(
        "node is {version}, and {major}.{minor} or later is needed: https://nodejs.org has it ({})",
        NODE.elsewhere
    )))
}

/// Whether `v20.19.0` is.
fn is_new_enough(version: &str) -> bool {
    let mut numbers = version.trim_start_matches('v').split('.').map(|number| number.parse().unwrap_or(0));
    [numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)] >= OLDEST_NODE
}

/// The Chromium that is named, else the one without windows, else any.
pub(crate) fn chromium() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM") {
        return Ok(named.into());
    }
    // Looked for, and perhaps installed, once.
    static WINDOWLESS: LazyLock<Option<PathBuf>> = LazyLock::new(|| HEADLESS.require().ok());
    let on_path = || ["chromium", "chromium-browser", "google-chrome", "chrome"].into_iter().find_map(find);
    let elsewhere = || CHROMIUM_PATHS.into_iter().map(PathBuf::from).find(|path| path.is_file());
    WINDOWLESS.clone().or_else(on_path).or_else(elsewhere).map_or_else(|| CHROMIUM.require(), Ok)
}

/// Rust's standard or core library for another target.
pub(crate) fn rust_target(target: &str) -> Result {
    rustup("target", target)
}

/// A component such as clippy.
pub(crate) fn rust_component(component: &str) -> Result {
    rustup("component", component)
}

fn rustup(kind: &str, name: &str) -> Result {
    let _one = INSTALLER.lock().expect("an installer panicked");
    let listed = ask("rustup", &format!("{kind} list --installed"));
    if listed.lines().any(|line| line.trim() == name || line.starts_with(&format!("{name}-"))) {
        return Ok(());
    }
    let mut log = Log::new(&format!("rustup {name}"))?;
    program("rustup")
        .words(&format!("{kind} add {name}"))
        .log(&mut log)
        .map_err(|_| Failure::Missing(format!("rustup {kind} add {name}")))
}

/// Another toolchain, by the words for `rustup`.
pub(crate) fn toolchain(words: &str, log: &mut Log) -> Result {
    let _one = INSTALLER.lock().expect("an installer panicked");
    let installed = program("rustup").words(words).limit(300).log(log);
    installed.map_err(|_| Failure::Missing(format!("rustup {words}")))
}

/// The packages of `web/package-lock.json`.
pub(crate) fn node_packages(log: &mut Log) -> Result {
    packages("web", log)
}

/// The packages of a folder's `package-lock.json`.
pub(crate) fn packages(folder: &str, log: &mut Log) -> Result {
    node()?;
    let folder = paths::at(folder);
    let (lock, stamp) = (folder.join("package-lock.json"), folder.join("node_modules/.package-lock.json"));
    let time = |path: &PathBuf| path.metadata().and_then(|meta| meta.modified()).ok();
    if time(&stamp).is_some() && time(&stamp) >= time(&lock) {
        return Ok(());
    }
    npm("ci --no-audit --no-fund").dir(folder).log(log)
}

/// `npm` in `web/`.
pub(crate) fn npm(words: &str) -> Run {
    let name = if cfg!(windows) { "npm.cmd" } else { "npm" };
    program(name).words(words).dir(paths::at("web"))
}

/// The target of this machine.
pub(crate) fn native() -> String {
    let version = ask("rustc", "-vV");
    version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or("this machine").to_owned()
}

#[cfg(test)]
mod tests {
    use super::{OLDEST_NODE, is_new_enough, paths};

    #[test]
    fn an_old_node_is_told() {
        for (version, new) in [("v18.20.4", false), ("v20.9.0", false), ("v20.19.0", true), ("v22.1.0", true)]
        {
            assert_eq!(is_new_enough(version), new, "{version}");
        }
        assert!(!is_new_enough(""), "none");
        let [major, minor] = OLDEST_NODE;
        let package = std::fs::read_to_string(paths::at("web/package.json")).expect("the page's package");
        assert!(package.contains(&format!("\"node\": \">={major}.{minor}\"")), "the page asks for the same");
    }
}
