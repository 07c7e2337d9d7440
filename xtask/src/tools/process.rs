//! Other programs: run with a log and a time limit, or looked for on the path.

use core::fmt;
use core::time::Duration;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use crate::tools::paths;

/// Why something did not pass.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It ran and was wrong.
    Failed(String),
    /// It could not run: what to install.
    Missing(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(text) => write!(f, "{text}"),
            Self::Missing(text) => write!(f, "not run: {text}"),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

pub(crate) type Result<T = ()> = core::result::Result<T, Failure>;

/// A program with its arguments, not yet started.
pub(crate) struct Run {
    command: Command,
    line: String,
    limit: Duration,
}

/// A program, to be run in the root of the repository.
pub(crate) fn program(name: impl AsRef<OsStr>) -> Run {
    let mut command = Command::new(name.as_ref());
    command.current_dir(paths::root()).stdin(Stdio::null());
    Run { command, line: name.as_ref().display().to_string(), limit: Duration::from_secs(30 * 60) }
}

impl Run {
    /// Adds arguments, split at spaces.
    pub(crate) fn words(self, words: &str) -> Self {
        words.split_whitespace().fold(self, |run, word| run.arg(word))
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.line.push(' ');
        self.line.push_str(&arg.as_ref().display().to_string());
        self.command.arg(arg);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.line = format!("{name}={} {}", value.as_ref().display(), self.line);
        self.command.env(name, value);
        self
    }

    /// Runs in another folder.
    pub(crate) fn dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// Ends the program after this many seconds.
    pub(crate) fn limit(mut self, seconds: u64) -> Self {
        self.limit = Duration::from_secs(seconds);
        self
    }

    /// Runs with all output in the log.
    pub(crate) fn log(self, log: &mut Log) -> Result {
        self.capture(log).map(drop)
    }

    /// Runs with all output in the log and returns what came on standard output.
    pub(crate) fn capture(mut self, log: &mut Log) -> Result<String> {
        writeln!(log.file, "$ {}", self.line)?;
        let out_path = log.path.with_extension("out");
        let out = File::create(&out_path)?;
        if log.idle && find("nice").is_some() {
            self.command = nicely(&self.command);
            // It waits for others as well.
            self.limit *= 4;
        }
        self.command.stdout(out).stderr(log.file.try_clone()?);
        let child = self.command.spawn().map_err(|error| self.cannot_start(&error))?;
        let result = self.finish(child);
        let bytes = std::fs::read(&out_path)?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        log.file.seek(std::io::SeekFrom::End(0))?;
        log.file.write_all(text.as_bytes())?;
        std::fs::remove_file(&out_path)?;
        result.map(|()| text)
    }

    fn cannot_start(&self, error: &std::io::Error) -> Failure {
        Failure::Failed(format!("cannot start `{}`: {error}", self.line))
    }

    fn finish(&self, mut child: Child) -> Result {
        let start = Instant::now();
        loop {
            if let Some(status) = child.try_wait()? {
                return if status.success() {
                    Ok(())
                } else {
                    Err(Failure::Failed(format!("`{}` ended with {status}", self.line)))
                };
            }
            if start.elapsed() > self.limit {
                child.kill()?;
                child.wait()?;
                let seconds = self.limit.as_secs();
                return Err(Failure::Failed(format!("`{}` was ended after {seconds} s", self.line)));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// The same program, which takes what others leave of the processors.
fn nicely(command: &Command) -> Command {
    let mut nice = Command::new("nice");
    nice.arg(command.get_program()).args(command.get_args()).stdin(Stdio::null());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => nice.env(name, value),
            None => nice.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        nice.current_dir(folder);
    }
    nice
}

/// The output of one step, kept in `target/xtask/NAME.log`.
pub(crate) struct Log {
    path: PathBuf,
    file: File,
    idle: bool,
}

impl Log {
    pub(crate) fn new(name: &str) -> Result<Self> {
        std::fs::create_dir_all(paths::logs())?;
        let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let path = paths::logs().join(format!("{name}.log"));
        // Appending, because programs and this one write through handles of their own.
        File::create(&path)?;
        let file = File::options().append(true).open(&path)?;
        Ok(Self { path, file, idle: false })
    }

    /// What runs with this log takes only the time that other programs leave.
    pub(crate) fn idle(self) -> Self {
        Self { idle: true, ..self }
    }

    /// The end of the log, for a failure's message.
    pub(crate) fn tail(&self) -> String {
        let text = self.text();
        let lines: Vec<&str> = text.lines().collect();
        let from = lines.len().saturating_sub(60);
        format!("{}\n(the whole log: {})", lines[from..].join("\n"), self.path.display())
    }

    /// The log's report on each failed test: the end of a long log need not name any.
    pub(crate) fn failures(&self) -> String {
        failures(&self.text())
    }

    /// The tests of Node that failed, and the files that they are in.
    pub(crate) fn failed_tests(&self) -> [Vec<String>; 2] {
        failed_tests(&self.text())
    }

    fn text(&self) -> String {
        let bytes = std::fs::read(&self.path).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// The reports of failed tests in the output of cargo (a panic and its message) and of Node (`not ok` and its block).
fn failures(output: &str) -> String {
    const LINES: usize = 16;
    const REPORTS: usize = 8;
    let lines: Vec<&str> = output.lines().collect();
    let begins = |line: &str| {
        line.trim_start().starts_with("not ok ")
            || line.starts_with("thread '") && line.contains(" panicked at ")
    };
    let ends = |line: &str| matches!(line.trim(), "..." | "");
    let reports = lines.iter().enumerate().filter(|(_, line)| begins(line)).map(|(at, _)| {
        let rest = &lines[at..lines.len().min(at + LINES)];
        let end = rest.iter().position(|line| ends(line)).unwrap_or(rest.len());
        rest[..end].join("\n")
    });
    reports.take(REPORTS).collect::<Vec<_>>().join("\n")
}

/// Names of the failed tests in the output of Node, innermost ones only, and their files.
fn failed_tests(output: &str) -> [Vec<String>; 2] {
    let (mut names, mut files) = (Vec::new(), Vec::new());
    for report in output.split("not ok ").skip(1) {
        let block = report.split("\n  ...").next().unwrap_or_default();
        // A suite fails because of what is in it.
        if block.contains("failureType: 'subtestsFailed'") {
            continue;
        }
        let name = block
            .lines()
            .next()
            .unwrap_or_default()
            .trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ' || c == '-');
        names.push(name.to_owned());
        let location = block.lines().find_map(|line| line.trim().strip_prefix("location: '"));
        let file =
            location.and_then(|location| location.split(".ts:").next()).map(|file| format!("{file}.ts"));
        if let Some(file) = file
            && !files.contains(&file)
        {
            files.push(file);
        }
    }
    [names, files]
}

/// The full path of a program, if it is on the path.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path).map(|dir| dir.join(&file)).find(|file| file.is_file())
}

/// The output of a short query to a program, without line ends; `None` if it fails.
pub(crate) fn ask(name: &str, args: &str) -> String {
    let output =
        Command::new(name).args(args.split_whitespace()).stdin(Stdio::null()).stderr(Stdio::null()).output();
    match output {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Log, ask, failed_tests, failures, find, program};

    #[test]
    fn the_tests_that_failed_are_found_in_a_long_log() {
        let log = "ok 1 - this\n    not ok 2 - that\n      ---\n      error: '3 is not 4'\n      ...\nok 3 - more\n\
                   thread 'a::b' (12) panicked at src/lib.rs:1:2:\nleft: 3\n\nok\nthread 'main' panicked at x.rs:\nno\n";
        let found = failures(log);
        assert_eq!(
            found,
            "    not ok 2 - that\n      ---\n      error: '3 is not 4'\nthread 'a::b' (12) panicked at src/lib.rs:1:2:\n\
             left: 3\nthread 'main' panicked at x.rs:\nno"
        );
        assert_eq!(failures("ok 1 - all\n# fail 0\n"), "");
    }

    #[test]
    fn failed_tests_of_node_have_names_and_files() {
        let log = "ok 1 - this\n    not ok 2 - that - and more\n      ---\n      location: '/a/b.test.ts:3:1'\n      failureType: \
                   'testCodeFailure'\n      ...\nnot ok 3 - suite\n  ---\n  location: '/a/b.test.ts:1:1'\n  failureType: 'subtestsFailed'\n  ...\n";
        assert_eq!(
            failed_tests(log),
            [["that - and more"], ["/a/b.test.ts"]].map(|row| row.map(str::to_owned).to_vec())
        );
        assert_eq!(failed_tests("ok 1 - not so\n"), [Vec::<String>::new(), Vec::new()]);
    }

    #[test]
    fn what_takes_idle_time_is_nicer_and_otherwise_the_same() {
        if find("nice").is_none() {
            return;
        }
        // Without arguments it prints how nice it is.
        let niceness = |log: &mut Log| -> i32 {
            program("nice").capture(log).expect("it runs").trim().parse().expect("a number")
        };
        let mut log = Log::new("niceness").expect("a log");
        let usual = niceness(&mut log);
        let mut log = log.idle();
        assert!(niceness(&mut log) > usual || usual == 19, "19 is the nicest");
        let run = program("sh").arg("-c").arg("echo \"$PWD $IDLE $0\"").arg("two words");
        let said = run.env("IDLE", "yes").dir("/").capture(&mut log).expect("it runs");
        assert_eq!(said, "/ yes two words\n", "folder, environment and arguments");
    }

    #[test]
    fn a_program_that_fails_has_no_answer() {
        assert!(ask("rustc", "--version").starts_with("rustc "), "an answer");
        assert_eq!(ask("rustc", "--print cfg --target nowhere"), "", "no such target");
        assert_eq!(ask("no-such-program", ""), "", "no such program");
        if cfg!(unix) {
            // Says something, and fails.
            assert_eq!(ask("ls", "-d . no-such-file"), "");
        }
    }
}
